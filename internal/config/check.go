package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Check looks for settings that cannot work. The error names each of them and says what would do.
func (c Config) Check() error {
	return errors.Join(
		listenAddress("listen", c.Listen),
		c.checkAdmin(),
		c.checkDC(),
		required("data", c.Data, "a directory"),
		c.checkDB(),
		c.checkTLS(),
		c.checkProxy(),
		c.Codes.check(),
		oneOf("previews", c.Previews, "auto", "on", "off"),
		oneOf("push.mode", c.Push.Mode, "auto", "on", "off"),
		c.External.check(),
		c.Scan.check(),
		c.SecretChats.check(),
		c.checkFiles(),
		c.Translate.check(),
		oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error"),
		oneOf("log.format", c.Log.Format, "text", "json"),
		c.Limits.check(),
	)
}

func (c Config) checkAdmin() error {
	if c.Admin.Listen == "" {
		return nil
	}
	if c.Admin.Listen == c.Listen && !strings.HasSuffix(c.Listen, ":0") { // a free port each is fine
		return fmt.Errorf("admin.listen: %q is the clients' address; give the admin listener another port", c.Listen)
	}
	return listenAddress("admin.listen", c.Admin.Listen)
}

func (c Config) checkDC() error {
	if c.DC < 1 || c.DC > 5 {
		return fmt.Errorf("dc: %d is not one of 1 to 5, the numbers that clients know", c.DC)
	}
	return nil
}

func (c Config) checkDB() error {
	for _, scheme := range []string{"sqlite:", "postgres://", "postgresql://"} {
		if strings.HasPrefix(c.Database(), scheme) {
			return nil
		}
	}
	return errors.New("db: give sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME")
}

func (c Config) checkTLS() error {
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		return errors.New("tls: give both cert and key, or neither")
	}
	return nil
}

func (c Config) checkProxy() error {
	_, err := c.Proxy.Networks()
	return err
}

// Networks returns the addresses of From as networks. It fails on what is neither address nor network.
func (p Proxy) Networks() ([]netip.Prefix, error) {
	var nets []netip.Prefix
	for _, s := range p.From {
		n, err := netip.ParsePrefix(s)
		if addr, e := netip.ParseAddr(s); e == nil {
			n, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("proxy.from: %q is neither an address nor a network such as 10.0.0.0/8", s)
		}
		nets = append(nets, n.Masked())
	}
	return nets, nil
}

func (c Codes) check() error {
	if c.PerHour < 0 {
		return errors.New("codes.per_hour must not be negative; 0 is no bound")
	}
	switch c.Sender {
	case "smtp":
		return errors.Join(required("codes.smtp.host", c.SMTP.Host, "host:port"), required("codes.smtp.from", c.SMTP.From, "an e-mail address"))
	case "webhook":
		return required("codes.webhook.url", c.Webhook.URL, "an http or https address")
	}
	return oneOf("codes.sender", c.Sender, "log", "smtp", "webhook")
}

func (c Config) checkFiles() error {
	store := c.FileStore()
	if !strings.HasPrefix(store, "dir:") && !strings.HasPrefix(store, "s3://") {
		return fmt.Errorf("files.store: %q is neither dir:PATH nor s3://BUCKET?region=REGION", store)
	}
	if (c.Files.Key == "") != (c.Files.Secret == "") {
		return errors.New("files: give both key and secret, or neither")
	}
	if c.Files.MaxSize < 1 || c.Files.MaxSize > 4000<<20 {
		return errors.New("files.max_size: give 1 to 4000 MB, which is the most that clients can send")
	}
	if f := c.Files; f.Reference < Duration(time.Second) || f.Unfinished < Duration(time.Minute) || f.Grace < Duration(time.Minute) {
		return errors.New("files: reference must be a second or more, unfinished and grace a minute or more")
	}
	return nil
}

func (t Translate) check() error {
	u, err := url.Parse(t.URL)
	if t.URL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return errors.New("translate.url: give an http or https address, or leave it empty")
	}
	return nil
}

func (e External) check() error {
	u, err := url.Parse(e.Maps)
	switch {
	case e.PhotoSize < 1 || e.FileSize < 1:
		return errors.New("external: photo_size and file_size must be 1 or more")
	case e.Maps != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Contains(u.Host, "{")):
		return errors.New("external.maps: give an http or https address, or leave it empty")
	case e.Maps != "" && (!strings.Contains(e.Maps, "{zoom}") || strings.Contains(e.Maps, "{x}") == strings.Contains(e.Maps, "{lat}")):
		return errors.New("external.maps: the address needs {zoom}, and either {lat} and {lon} or {x} and {y}")
	}
	return oneOf("external.media", e.Media, "auto", "on", "off")
}

func (s Scan) check() error {
	if s.Clamd != "" && !strings.HasPrefix(s.Clamd, "unix:") && !strings.HasPrefix(s.Clamd, "tcp:") {
		return errors.New("scan.clamd: give unix:PATH or tcp:HOST:PORT, or leave it empty")
	}
	if s.MaxSize < 1 || s.Remember < 0 || s.Keep < Duration(time.Hour) {
		return errors.New("scan: max_size must be 1 or more, remember 0 or more, keep an hour or more")
	}
	return errors.Join(
		oneOf("scan.infected", s.Infected, "refuse", "quarantine"),
		oneOf("scan.away", s.Away, "hold", "pass"),
		oneOf("scan.unscanned", s.Unscanned, "pass", "refuse"),
	)
}

func (l Limits) check() error {
	if l.Connections < 1 || l.ConnectionsPerHost < 1 || l.Handshakes < 0 || l.Rate < 0 {
		return errors.New("limits: connections must be 1 or more, handshakes and rate 0 or more")
	}
	return nil
}

func listenAddress(name, value string) error {
	if _, _, err := net.SplitHostPort(value); err != nil {
		return fmt.Errorf("%s: %q is not host:port; for all addresses write :8080", name, value)
	}
	return nil
}

func required(name, value, what string) error {
	if value == "" {
		return fmt.Errorf("%s is empty; give %s", name, what)
	}
	return nil
}

func oneOf(name, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s: %q is not one of %s", name, value, strings.Join(allowed, ", "))
}
