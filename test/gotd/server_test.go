package gotd

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gotd/td/crypto"
	"github.com/gotd/td/telegram"
)

// A server is a Hermod process on a free port of this machine, with a data directory of its own.
type server struct {
	host string
	port int
	dc   int
	key  telegram.PublicKey
	// keyFile is where the key stands.
	keyFile string
}

// binary is the server to test: HERMOD_BIN, or one built for this run.
var binary string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if binary = os.Getenv("HERMOD_BIN"); binary != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "hermod-gotd-")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "hermod")
	build := exec.Command("go", "build", "-o", binary, "./cmd/hermod")
	build.Dir, build.Stderr, build.Env = "../..", os.Stderr, append(os.Environ(), "CGO_ENABLED=0")
	if err := build.Run(); err != nil {
		fmt.Println("build the server:", err)
		return 1
	}
	return m.Run()
}

// startServer starts a process that ends with the test. settings are added to its environment.
func startServer(t *testing.T, settings ...string) *server {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	cmd := exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data", data,
		"--test-numbers", "--log-level", "warn")
	cmd.Args = append(cmd.Args, database(t)...)
	cmd.Env = append(os.Environ(), "HERMOD_LIMITS_RATE=0")
	cmd.Env = append(cmd.Env, settings...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ended with: %v", err)
		}
	})
	s := &server{}
	s.read(t, bufio.NewScanner(out))
	s.readKey(t, filepath.Join(data, "rsa_public.pem"))
	return s
}

// databases counts those that this process has made.
var databases atomic.Int64

// database is the flag for a database of one's own in the PostgreSQL that HERMOD_TEST_POSTGRES names by its socket;
// nothing if there is none.
func database(t *testing.T) []string {
	t.Helper()
	socket := os.Getenv("HERMOD_TEST_POSTGRES")
	if socket == "" {
		return nil
	}
	name := fmt.Sprintf("gotd_%d_%d", os.Getpid(), databases.Add(1))
	create := exec.Command(filepath.Join(os.Getenv("HERMOD_TEST_POSTGRES_BIN"), "createdb"), "-h", socket, "-U", "postgres", name)
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("createdb: %v: %s", err, out)
	}
	return []string{"--db", fmt.Sprintf("postgres:///%s?host=%s&user=postgres&sslmode=disable", name, url.QueryEscape(socket))}
}

var field = regexp.MustCompile(`^  (Address|Data centre|Page) +(\S+)$`)

// read takes the address from what the server prints.
func (s *server) read(t *testing.T, lines *bufio.Scanner) {
	t.Helper()
	for lines.Scan() {
		m := field.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		switch m[1] {
		case "Address":
			host, port, _ := strings.Cut(m[2], ":")
			s.host = host
			s.port, _ = strconv.Atoi(port)
		case "Data centre":
			s.dc, _ = strconv.Atoi(m[2])
		case "Page":
			go func() {
				for lines.Scan() { // let it go on writing
				}
			}()
			return
		}
	}
	t.Fatal("the server did not start")
}

func (s *server) readKey(t *testing.T, path string) {
	t.Helper()
	s.keyFile = path
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := crypto.ParseRSAPublicKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	s.key = telegram.PublicKey{RSA: keys[0]}
}

// code is that of every number below.
const code = "11111"

// newNumber is a test number that nobody here had before.
func newNumber() string { return fmt.Sprintf("999661%04d", numbers.next()) }

// numbers hands out each of 0 to 9999 once, beginning anywhere.
var numbers = &sequence{at: rand.IntN(10_000)}

type sequence struct{ at int }

func (s *sequence) next() int {
	s.at = (s.at + 1) % 10_000
	return s.at
}

// patience is how long anything may take that should happen at once, on a machine that does other things.
const patience = time.Minute
