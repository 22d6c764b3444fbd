// Package doctor looks at an installation from the outside and says what is wrong and what to do about it. It
// changes nothing, except that a database is brought to the schema of this version.
package doctor

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hermod/internal/clamd"
	"hermod/internal/config"
	"hermod/internal/db"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/server"
)

// A Finding is the result of one check.
type Finding struct {
	Name   string
	OK     bool
	Detail string
	Advice string // what to do; "" if OK
}

func ok(name, format string, args ...any) Finding {
	return Finding{Name: name, OK: true, Detail: fmt.Sprintf(format, args...)}
}

func bad(name string, err error, advice string) Finding {
	return Finding{Name: name, Detail: err.Error(), Advice: advice}
}

// Examine runs all checks. It takes some seconds at most.
func Examine(ctx context.Context, cfg config.Config) []Finding {
	var all []Finding
	all = append(all, ok("configuration", "valid; listens on %s", cfg.Listen))
	all = append(all, dataDir(cfg), space(cfg), key(cfg))
	all = append(all, storage(ctx, cfg)...)
	all = append(all, fileStore(ctx, cfg))
	all = append(all, clock(cfg), codes(cfg), reachable(ctx, cfg))
	if cfg.Scan.Clamd != "" {
		all = append(all, scanner(ctx, cfg))
	}
	return all
}

func dataDir(cfg config.Config) Finding {
	const name = "data directory"
	info, err := os.Stat(cfg.Data)
	if err != nil {
		return bad(name, err, "'hermod serve' makes it on its first start; check --data if it should be there")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return bad(name, fmt.Errorf("%s may be entered by others (mode %v)", cfg.Data, info.Mode().Perm()), "chmod 700 "+cfg.Data)
	}
	probe, err := os.CreateTemp(cfg.Data, "doctor-*")
	if err != nil {
		return bad(name, err, "let the user who runs the server write there")
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	return ok(name, "%s can be written", cfg.Data)
}

func key(cfg config.Config) Finding {
	const name = "key"
	path := filepath.Join(cfg.Data, server.PrivateKeyFile)
	info, err := os.Stat(path)
	if err != nil {
		return bad(name, err, "'hermod serve' makes one on its first start. If there was one, bring it back from the backup: "+
			"no client trusts a new one")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return bad(name, fmt.Errorf("others may read %s (mode %v)", path, info.Mode().Perm()), "chmod 600 "+path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return bad(name, err, "run this as the user who runs the server")
	}
	k, err := crypto.ParsePrivateKey(text)
	if err != nil {
		return bad(name, err, "bring the file back from the backup")
	}
	return ok(name, "fingerprint %016x", uint64(k.Fingerprint()))
}

// storage opens the database; the clock of a PostgreSQL is compared with ours.
func storage(ctx context.Context, cfg config.Config) []Finding {
	const name = "database"
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if path, ok := strings.CutPrefix(cfg.Database(), "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil { // opening would make one
			return []Finding{bad(name, err, "'hermod serve' makes it on its first start; check db and data if it should be there")}
		}
	}
	d, err := db.Open(ctx, cfg.Database())
	if err != nil {
		return []Finding{bad(name, err, "check db in the configuration, and that the database server runs and lets us in")}
	}
	defer d.Close()
	var people int
	err = d.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT COUNT(*) FROM user_account`).Scan(&people)
	})
	if err != nil {
		return []Finding{bad(name, err, "the schema is not complete; restore a backup or start with an empty database")}
	}
	return []Finding{ok(name, "%d accounts", people)}
}

// built is a day before which no clock that is right can be.
var built = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)

// maxSkew is what clients bear: they drop messages from more than 30 s ahead or 300 s behind.
const maxSkew = 20 * time.Second

// clock looks for signs that the time is wrong: gotd has no remedy against that, and no client likes it.
func clock(cfg config.Config) Finding {
	const name, advice = "clock", "set it, and keep it right with NTP (systemd-timesyncd, chrony): clients drop messages from the wrong time"
	now := time.Now()
	if now.Before(built) {
		return bad(name, fmt.Errorf("it is not %s yet", now.Format(time.DateOnly)), advice)
	}
	if info, err := os.Stat(filepath.Join(cfg.Data, server.PrivateKeyFile)); err == nil && info.ModTime().After(now.Add(maxSkew)) {
		return bad(name, fmt.Errorf("the key was made in the future, at %s", info.ModTime().Format(time.DateTime)), advice)
	}
	if err := synchronized(); err != nil {
		return bad(name, err, advice)
	}
	return ok(name, "%s", now.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// scanner asks clamd for its version.
func scanner(ctx context.Context, cfg config.Config) Finding {
	const name, advice = "scan for malware", "start clamd, check scan.clamd in the configuration, and let us reach its socket"
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := clamd.New(cfg.Scan.Clamd)
	if err != nil {
		return bad(name, err, advice)
	}
	version, err := c.Version(ctx)
	if err != nil {
		return bad(name, err, advice)
	}
	return ok(name, "%s", version)
}

func codes(cfg config.Config) Finding {
	const name = "sign-in codes"
	switch {
	case cfg.TestNumbers:
		return bad(name, fmt.Errorf("test numbers are on"), "anybody can sign in with them; set test_numbers = false on a server for people")
	case cfg.Codes.Sender == "log":
		return bad(name, fmt.Errorf("codes go to the log only"), "set codes.sender to smtp or webhook on a server for people")
	case cfg.Codes.Sender == "smtp":
		return dial(name, cfg.Codes.SMTP.Host, "check codes.smtp.host and the firewall")
	}
	return ok(name, "sent by %s", cfg.Codes.Sender)
}

const dialWait = 5 * time.Second

func dial(name, address, advice string) Finding {
	conn, err := net.DialTimeout("tcp", address, dialWait)
	if err != nil {
		return bad(name, err, advice)
	}
	_ = conn.Close()
	return ok(name, "%s answers", address)
}

// reachable asks the server for its state by the address that clients are told.
func reachable(ctx context.Context, cfg config.Config) Finding {
	const name = "reachability"
	host, port, _ := net.SplitHostPort(cfg.Listen) // checked
	if host == "" || net.ParseIP(host).IsUnspecified() {
		host = "127.0.0.1"
	}
	address := net.JoinHostPort(host, port)
	if cfg.PublicAddress != "" {
		address = cfg.PublicAddress
		if _, _, err := net.SplitHostPort(address); err != nil {
			address = net.JoinHostPort(address, port)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, dialWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/status", nil)
	if err != nil {
		return bad(name, err, "check public_address")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return bad(name, err, "start the server; if it runs, check public_address, port forwarding and the firewall")
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return bad(name, fmt.Errorf("%s answers %s", address, res.Status), "look into the log of the server, and at /readyz of the admin listener")
	}
	return ok(name, "%s answers", address)
}
