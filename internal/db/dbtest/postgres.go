package dbtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	embedded "github.com/fergusstrange/embedded-postgres"
	"github.com/jackc/pgx/v5"

	"hermod/internal/db"
)

// startLimit bounds the start of a PostgreSQL on a busy machine.
const startLimit = time.Minute

// howToInstall ends every complaint about a missing PostgreSQL.
const howToInstall = "install PostgreSQL 14 or newer (Debian: apt-get install postgresql)"

// A cluster is a PostgreSQL of this test process, with an empty schema to copy.
type cluster struct {
	dir   string
	fsync string   // on or off
	alive *os.File // held open; its end tells the keeper that this process has ended
	count atomic.Int64
}

// shared and durable start their cluster at its first use. It ends with the process, see keeper.
var (
	shared  = sync.OnceValues(func() (*cluster, error) { return startCluster("off") })
	durable = sync.OnceValues(func() (*cluster, error) { return startCluster("on") })
)

// template is the database that every test gets a copy of.
const template = "hermod_template"

// PostgresURL returns the address of a fresh database with the newest schema, which is dropped after the test.
// It does not wait for the disk, and so survives the end of processes, not of the machine.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return freshURL(t, shared)
}

// DurablePostgresURL is PostgresURL on a PostgreSQL that waits for the disk, for benchmarks.
func DurablePostgresURL(t testing.TB) string {
	t.Helper()
	return freshURL(t, durable)
}

func freshURL(t testing.TB, start func() (*cluster, error)) string {
	t.Helper()
	c, err := start()
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v; %s", err, howToInstall)
	}
	name := "test_" + strconv.FormatInt(c.count.Add(1), 10)
	if err := c.exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startLimit)
		defer cancel()
		if err := c.exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	return c.url(name)
}

func (c *cluster) url(database string) string {
	q := url.Values{"host": {c.dir}, "user": {"postgres"}, "sslmode": {"disable"}}
	return "postgres:///" + database + "?" + q.Encode()
}

func (c *cluster) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

func startCluster(fsync string) (*cluster, error) {
	bin, err := findPostgres()
	if err != nil {
		return nil, err
	}
	c := &cluster{fsync: fsync}
	cred, err := c.makeDir()
	if err != nil {
		return nil, err
	}
	if err := c.initialize(bin, cred); err != nil {
		return nil, err
	}
	if err := c.keep(bin, cred); err != nil {
		return nil, err
	}
	if err := c.waitReady(); err != nil {
		return nil, fmt.Errorf("%w; its log: %s", err, c.log())
	}
	return c, c.makeTemplate()
}

// makeDir makes the folder of the cluster. PostgreSQL refuses to run as root; then it runs as user postgres.
func (c *cluster) makeDir() (cred *syscall.Credential, err error) {
	if c.dir, err = os.MkdirTemp("", "hermod-pg-"); err != nil || os.Getuid() != 0 {
		return nil, err
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2, os.Chown(c.dir, int(uid), int(gid))); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func (c *cluster) initialize(bin string, cred *syscall.Credential) error {
	cmd := exec.Command(filepath.Join(bin, "initdb"), "--pgdata="+filepath.Join(c.dir, "data"),
		"--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
	cmd.Dir, cmd.SysProcAttr = c.dir, &syscall.SysProcAttr{Credential: cred}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, lastLines(out))
	}
	return nil
}

// keeper is a shell that runs PostgreSQL until its standard input ends, which it does when the test process ends,
// however it ends; then it stops PostgreSQL and removes the folder.
const keeper = `"$0" "$@" </dev/null >log 2>&1 & read -r _; kill -QUIT $!; wait $!; cd / && rm -rf "$OLDPWD"`

func (c *cluster) keep(bin string, cred *syscall.Credential) error {
	in, alive, err := os.Pipe()
	if err != nil {
		return err
	}
	defer in.Close()
	c.alive = alive
	cmd := exec.Command("/bin/sh", "-c", keeper, filepath.Join(bin, "postgres"), "-D", "data", "-k", c.dir,
		"-c", "listen_addresses=", "-c", "fsync="+c.fsync, "-c", "full_page_writes="+c.fsync,
		"-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "autovacuum=off", "-c", "deadlock_timeout=100ms")
	cmd.Stdin, cmd.Dir = in, c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Setpgid: true} // Ctrl-C reaches it through the pipe only
	return cmd.Start()
}

func (c *cluster) waitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	for {
		err := c.exec(ctx, "SELECT 1")
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (c *cluster) makeTemplate() error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	if err := c.exec(ctx, "CREATE DATABASE "+template); err != nil {
		return err
	}
	d, err := db.Open(ctx, c.url(template))
	if err != nil {
		return err
	}
	return d.Close()
}

func (c *cluster) log() string {
	b, err := os.ReadFile(filepath.Join(c.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return lastLines(b)
}

// findPostgres returns the folder of initdb and postgres: those that are installed, else those that a library brings.
func findPostgres() (string, error) {
	var dirs []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	installed, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Reverse(installed)
	dirs = append(append(dirs, installed...), "/usr/local/pgsql/bin", "/opt/homebrew/bin", "/usr/local/bin", "/usr/bin")
	for _, dir := range dirs {
		_, err1 := os.Stat(filepath.Join(dir, "initdb"))
		_, err2 := os.Stat(filepath.Join(dir, "postgres"))
		if err1 == nil && err2 == nil {
			return dir, nil
		}
	}
	if os.Getuid() == 0 {
		return "", errors.New("none is installed")
	}
	return downloadPostgres()
}

// downloadPostgres lets a library fetch PostgreSQL into the user's cache, unless an earlier test run has.
func downloadPostgres() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "hermod-test-postgres")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	lock, err := os.Create(filepath.Join(dir, "lock"))
	if err != nil {
		return "", err
	}
	defer lock.Close() // which also unlocks
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "postgres", "bin")
	if _, err := os.Stat(filepath.Join(dir, "complete")); err == nil {
		return bin, nil
	}
	if err := fetch(filepath.Join(dir, "postgres")); err != nil {
		return "", fmt.Errorf("none is installed, and fetching one failed: %w", err)
	}
	return bin, os.WriteFile(filepath.Join(dir, "complete"), nil, 0o644)
}

// fetch starts the library's PostgreSQL once, since it cannot only fetch.
func fetch(into string) error {
	run, err := os.MkdirTemp("", "hermod-pg-fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(run)
	port, err := freePort()
	if err != nil {
		return err
	}
	p := embedded.NewDatabase(embedded.DefaultConfig().BinariesPath(into).RuntimePath(run).CachePath(run).
		Port(port).Logger(io.Discard))
	if err := p.Start(); err != nil {
		return err
	}
	return p.Stop()
}

func freePort() (uint32, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return uint32(l.Addr().(*net.TCPAddr).Port), nil
}

func lastLines(b []byte) string {
	const most = 500
	s := strings.TrimSpace(string(b))
	return s[max(0, len(s)-most):]
}

// Cluster starts the PostgreSQL of this process, for programs that run tests of other modules. It returns the folder
// of its socket, where user postgres needs no password, and the folder of its programs.
func Cluster() (socket, programs string, err error) {
	c, err := shared()
	if err != nil {
		return "", "", fmt.Errorf("%w; %s", err, howToInstall)
	}
	programs, err = findPostgres()
	return c.dir, programs, err
}
