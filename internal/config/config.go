// Package config is the configuration: one struct with its defaults, its documentation and its checks, read
// from a TOML file, the environment and the command line, the later winning.
//
// Only package server and the commands read it; other packages are given values.
package config

import (
	"path/filepath"
	"strings"
	"time"
)

// A Config is everything that an operator can set. The comment tags are the documentation that `hermod config`
// prints, and the only one.
type Config struct {
	Listen        string      `toml:"listen" comment:"Address and port that clients connect to. Every transport (TCP, TLS, WebSocket, HTTP) is served on this one port."`
	PublicAddress string      `toml:"public_address" comment:"Address that clients are told to use: host:port or only a host. A host name is looked up at the start, because clients want an\nIP address. Empty: the address by which each client reached us, which is right unless there is a proxy or NAT between."`
	DC            int32       `toml:"dc" comment:"Data centre number printed for clients. One server answers for all of 1 to 5; this is the one to recommend."`
	Data          string      `toml:"data" comment:"Directory for keys, files and the embedded database. Back it up; whoever reads it can impersonate the server."`
	DB            string      `toml:"db" comment:"Database: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME. Empty: an embedded SQLite database in the data directory."`
	Name          string      `toml:"name" comment:"Name of this installation, shown on its page and in service messages."`
	TestNumbers   bool        `toml:"test_numbers" comment:"Accept the test numbers 99966XYYYY with the code XXXXX (X repeated five times). Anybody can sign in with them: for tests only."`
	Admin         Admin       `toml:"admin" comment:"Metrics, health and profiles for operators. Never expose this listener to the internet."`
	TLS           TLS         `toml:"tls" comment:"With both files given, TLS connections on the main port are accepted too. Renewed files are picked up without a restart."`
	Proxy         Proxy       `toml:"proxy" comment:"Load balancers in front of this server."`
	Codes         Codes       `toml:"codes" comment:"How sign-in codes reach people. Devices that are signed in always get them as a message first."`
	Previews      string      `toml:"previews" comment:"Whether pages that people link to are fetched, to show their titles: on, off, or auto, which is on where this machine has a way to\nthe internet. The sites see this server's address. Private addresses are never asked."`
	Files         Files       `toml:"files" comment:"What people send: where it is kept and how much there may be of it."`
	External      External    `toml:"external" comment:"Files that clients name by a web address, and maps."`
	Scan          Scan        `toml:"scan" comment:"A scan of the files that people send for malware, by ClamAV's daemon (clamd). Files of secret chats are encrypted and cannot be scanned."`
	SecretChats   SecretChats `toml:"secret_chats" comment:"Secret chats. The server cannot read them; this is about how soon it forgets what it carried."`
	Push          Push        `toml:"push" comment:"Web Push: browsers are told what comes while nobody looks, through the push service that each browser has chosen. It learns when something\ncomes, not what or from whom."`
	Translate     Translate   `toml:"translate" comment:"Who translates messages for people that ask for it. He sees their text."`
	Log           Log         `toml:"log"`
	Limits        Limits      `toml:"limits" comment:"Bounds. The defaults suit a small machine."`
	FreshLogins   Duration    `toml:"fresh_logins" comment:"How long a new login may not end the others or change the number, so that a thief cannot lock the owner out at once. It does not hold while test numbers are accepted."`
	Shutdown      Duration    `toml:"shutdown" comment:"How long calls under way may go on when the server is told to stop."`
}

// Files configures where files are kept.
type Files struct {
	Store       string   `toml:"store" comment:"dir:PATH, or a bucket of S3: s3://BUCKET?region=eu-central-1; other servers that speak S3 with &endpoint=https://HOST&use_path_style=true.\nEmpty: the directory files in the data directory."`
	Key         string   `toml:"key" comment:"Access key of S3. Empty: from the environment (AWS_ACCESS_KEY_ID and others), as the tools of AWS find it."`
	Secret      string   `toml:"secret" comment:"The secret that belongs to the key."`
	MaxSize     Size     `toml:"max_size" comment:"Largest file that people may send; 4000 MB is the most that clients can."`
	UserQuota   Size     `toml:"user_quota" comment:"Most that one user may have in files that somebody still holds, and in uploads; 0: no bound."`
	ServerQuota Size     `toml:"server_quota" comment:"Most that all files together may take in the store, what is the same counted once; 0: no bound."`
	Reference   Duration `toml:"reference" comment:"How long a client may use what it knows of a file until it has to look at the message again."`
	Unfinished  Duration `toml:"unfinished" comment:"How long parts of a file wait for the rest of it."`
	Grace       Duration `toml:"grace" comment:"How long a file that nobody holds any more is kept."`
}

// Admin configures the operators' listener.
type Admin struct {
	Listen string `toml:"listen" comment:"Address for /metrics, /healthz, /readyz and /debug/pprof/. Empty: no such listener."`
}

// TLS names a certificate.
type TLS struct {
	Cert string `toml:"cert" comment:"Certificate chain, PEM."`
	Key  string `toml:"key" comment:"Private key, PEM."`
}

// Proxy says whom to believe about client addresses.
type Proxy struct {
	From []string `toml:"from" comment:"Addresses or networks (10.0.0.0/8) whose connections begin with a PROXY protocol v2 header. Others may not send one."`
}

// Codes configures the delivery of sign-in codes.
type Codes struct {
	Sender  string  `toml:"sender" comment:"log (written to the log: for development), smtp (to the e-mail address of the account), or webhook (to an SMS gateway)."`
	PerHour int     `toml:"per_hour" comment:"Most messages and calls to telephones in an hour, from this process, whoever asks for them; 0: no bound."`
	SMTP    SMTP    `toml:"smtp"`
	Webhook Webhook `toml:"webhook"`
}

// SMTP is a mail server.
type SMTP struct {
	Host     string `toml:"host" comment:"host:port of the mail server. Port 465 is TLS from the start; on others STARTTLS is needed, but for a server on this machine."`
	User     string `toml:"user"`
	Password string `toml:"password"`
	From     string `toml:"from" comment:"Sender address."`
	Plain    bool   `toml:"plain" comment:"Send without encryption when the mail server offers none. Who listens on the way can then read codes."`
}

// Webhook is an HTTP address that takes codes.
type Webhook struct {
	URL    string `toml:"url" comment:"A POST with a JSON object (phone, code) is sent here; any answer of the 200 range is success."`
	Secret string `toml:"secret" comment:"The body's HMAC-SHA256 with this secret is sent as X-Hermod-Signature."`
}

// Push configures Web Push.
type Push struct {
	Mode    string   `toml:"mode" comment:"on, off, or auto, which is on where this machine has a way to the internet."`
	Contact string   `toml:"contact" comment:"How the makers of push services reach you when something is wrong: an e-mail or https address, sent with each push. Some refuse pushes without.\nEmpty: the address of this server."`
	Trusted []string `toml:"trusted" comment:"Hosts, with their port (push.example.org:8443), whose push services are asked although they are not public or speak no TLS."`
}

// Translate names a translator.
type Translate struct {
	URL string `toml:"url" comment:"Address of a service with the interface of LibreTranslate, such as http://127.0.0.1:5000/translate. Empty: nothing is translated."`
	Key string `toml:"key" comment:"Its API key, if it needs one."`
}

// External configures what is fetched for clients.
type External struct {
	Media     string `toml:"media" comment:"Whether photos and files are fetched that clients name by a web address: on, off, or auto, as for previews. Private addresses are never asked."`
	PhotoSize Size   `toml:"photo_size" comment:"Largest photo that is fetched."`
	FileSize  Size   `toml:"file_size" comment:"Largest other file that is fetched."`
	Maps      string `toml:"maps" comment:"Where the pictures of maps come from: an http or https address with {lat}, {lon}, {zoom}, {w}, {h} and {scale} in it, or with {zoom}, {x} and {y}\nfor square tiles. It learns which places people show each other. Empty: clients draw maps by themselves."`
}

// Scan configures the scan for malware.
type Scan struct {
	Clamd     string   `toml:"clamd" comment:"Where clamd listens: unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310. Empty: nothing is scanned."`
	Infected  string   `toml:"infected" comment:"What becomes of malware: refuse, or quarantine, which refuses it as well and keeps it for moderators ('hermod quarantine')."`
	Away      string   `toml:"away" comment:"While clamd cannot be reached: hold (clients are told to try again in half a minute) or pass (files pass and are scanned when it is back;\nmalware is then taken away from all who have it)."`
	Unscanned string   `toml:"unscanned" comment:"Files that cannot be scanned, such as those above max_size: pass or refuse."`
	MaxSize   Size     `toml:"max_size" comment:"Largest file that is scanned. Not above StreamMaxLength in clamd.conf."`
	Remember  Duration `toml:"remember" comment:"How long a verdict on the same content counts."`
	Keep      Duration `toml:"keep" comment:"How long malware stays in quarantine."`
}

// Log configures logging.
type Log struct {
	Level  string `toml:"level" comment:"debug, info, warn or error."`
	Format string `toml:"format" comment:"text or json."`
}

// Limits are the bounds an operator may move.
type Limits struct {
	Connections        int `toml:"connections" comment:"Most connections at one time; further ones are closed at once."`
	ConnectionsPerHost int `toml:"connections_per_host" comment:"Most connections from one address (IPv6: one /64)."`
	Handshakes         int `toml:"handshakes" comment:"Key exchanges computed side by side; 0: one per processor. More arrivals than can be computed are turned away."`
	Rate               int `toml:"rate" comment:"Scale of the request limits in percent: 100 as shipped, 200 twice as generous, 0 switches them off (for load tests only)."`
}

// Default returns the configuration of a server that was told nothing.
func Default() Config {
	return Config{
		Listen:   ":8080",
		DC:       2,
		Data:     "data",
		Name:     "Hermod",
		Admin:    Admin{Listen: "127.0.0.1:8081"},
		Proxy:    Proxy{From: []string{}},
		Codes:    Codes{Sender: "log"},
		Previews: "auto",
		Files: Files{
			MaxSize: 4000 << 20, Reference: Duration(24 * time.Hour), Unfinished: Duration(24 * time.Hour), Grace: Duration(3 * time.Hour),
		},
		SecretChats: defaultSecretChats(),
		Push:        Push{Mode: "auto", Trusted: []string{}},
		External:    External{Media: "auto", PhotoSize: 5 << 20, FileSize: 20 << 20},
		Scan: Scan{
			Infected: "refuse", Away: "hold", Unscanned: "pass", MaxSize: 100 << 20,
			Remember: Duration(24 * time.Hour), Keep: Duration(30 * 24 * time.Hour),
		},
		Log:         Log{Level: "info", Format: "text"},
		Limits:      Limits{Connections: 50_000, ConnectionsPerHost: 20_000, Rate: 100},
		FreshLogins: Duration(24 * time.Hour),
		Shutdown:    Duration(5 * time.Second),
	}
}

// Database is the URL of the database, also when none is set.
func (c Config) Database() string {
	if c.DB != "" {
		return c.DB
	}
	return "sqlite:" + filepath.Join(c.Data, "hermod.db")
}

// FileStore is the address of the store of files, also when none is set.
func (c Config) FileStore() string {
	if c.Files.Store != "" {
		return c.Files.Store
	}
	return "dir:" + filepath.Join(c.Data, "files")
}

// A Duration is a time.Duration that is written as text, such as "5s".
type Duration time.Duration

// MarshalText writes d as Go does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads, and fails with its error.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(strings.TrimSpace(string(b)))
	*d = Duration(v)
	return err
}
