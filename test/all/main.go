// Command all runs every test of the repository, one suite after the other, shows what failed and closes with a
// count: the Go tests of both modules, the JavaScript ones, and the checks and tests of the web client. It fails when
// anything did.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hermod/internal/db/dbtest"
)

// A tally counts the outcomes of a suite.
type tally struct{ passed, failed, skipped int }

func (t *tally) add(o tally) {
	t.passed += o.passed
	t.failed += o.failed
	t.skipped += o.skipped
}

// A suite is a command and the way to read its output.
type suite struct {
	name string
	dir  string
	args []string
	// read counts the tests in the output; without it the command is one test, and its output is shown.
	read func(io.Reader) tally
	// postgres says to run it on PostgreSQL, where otherwise it would run on SQLite.
	postgres bool
	// server says to build the server first, and to tell where it is: otherwise every file builds one.
	server bool
	// again says that files which failed are run once more, one at a time. It is for browsers: on a machine that is
	// busy with other things they miss a deadline now and then. What passes only then is named.
	again bool
}

var goTest = []string{"go", "test", "-json", "-timeout", "20m"}

func suites() []suite {
	return []suite{
		{name: "Go", dir: ".", args: append(slices.Clone(goTest), "./..."), read: readGo},
		{name: "gotd", dir: "test/gotd", args: append(slices.Clone(goTest), "./..."), read: readGo},
		{name: "gotd on PostgreSQL", dir: "test/gotd", args: append(slices.Clone(goTest), "./..."), read: readGo, postgres: true},
		{name: "JavaScript clients", dir: "test/js", args: javaScript, read: readTAP},
		{name: "JavaScript clients on PostgreSQL", dir: "test/js", args: append(slices.Clone(javaScript), "communities.test.js"), read: readTAP, postgres: true},
		{name: "web client", dir: "web", args: []string{"npx", "vitest", "run", "--reporter=json", "--silent"}, read: readVitest},
		{name: "web client, types", dir: "web", args: []string{"npm", "run", "--silent", "check"}},
		{name: "web client, lint", dir: "web", args: []string{"npm", "run", "--silent", "lint"}},
		{name: "web client in browsers", dir: "test/web", args: inBrowsers, read: readTAP, server: true, again: true},
	}
}

var javaScript = []string{"node", "--test", "--test-reporter=tap", "--test-force-exit", "--test-concurrency=1"}

// A browser waits as long as it works: three files at once keep two processors busy.
var inBrowsers = []string{"node", "--test", "--test-reporter=tap", "--test-force-exit", "--test-concurrency=3"}

func main() {
	var sum tally
	for _, s := range suites() {
		fmt.Printf("== %s\n", s.name)
		got := runTwice(s)
		fmt.Printf("== %s: %d passed, %d failed, %d skipped\n", s.name, got.passed, got.failed, got.skipped)
		sum.add(got)
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", sum.passed, sum.failed, sum.skipped)
	if sum.failed > 0 || sum.passed == 0 {
		os.Exit(1)
	}
}

// runTwice runs the suite, and what failed of it again when the suite says so. A runner that ended before it counted its
// tests gets no second try: nobody knows which it left out.
func runTwice(s suite) tally {
	if !s.again {
		return run(s)
	}
	var output bytes.Buffer
	first := s
	first.read = func(r io.Reader) tally { return s.read(io.TeeReader(r, &output)) }
	got := run(first)
	files := failedFiles(output.String())
	if got.failed == 0 || got.passed == 0 || len(files) == 0 {
		return got
	}
	fmt.Printf("== %s, again: %s\n", s.name, strings.Join(files, " "))
	s.args = append(slices.Clone(javaScript), files...)
	second := run(s)
	if second.passed == 0 {
		return got
	}
	fmt.Printf("== %s: %d failed at first, %d again\n", s.name, got.failed, second.failed)
	return tally{passed: got.passed + got.failed - second.failed, failed: second.failed, skipped: got.skipped}
}

var failedAt = regexp.MustCompile(`location: '(.+\.test\.js):\d+:\d+'`)

// failedFiles lists the files of the tests that failed, each once: of others TAP does not tell where they stand.
func failedFiles(tap string) []string {
	var files []string
	for _, m := range failedAt.FindAllStringSubmatch(tap, -1) {
		files = append(files, m[1])
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// run counts one failure more when the command failed although no test did: a package that does not compile, a
// runner that crashed.
func run(s suite) tally {
	cmd := exec.Command(s.args[0], s.args[1:]...)
	cmd.Dir, cmd.Stderr = s.dir, os.Stderr
	out, err := start(s, cmd)
	if err != nil {
		fmt.Println(err)
		return tally{failed: 1}
	}
	read := s.read
	if read == nil {
		read = show
	}
	got := read(out)
	if err := cmd.Wait(); err != nil && got.failed == 0 {
		fmt.Println(s.name, err)
		got.failed++
		return got
	}
	if s.read == nil {
		got.passed++
	}
	return got
}

// start starts the command with what the suite needs.
func start(s suite, cmd *exec.Cmd) (io.Reader, error) {
	cmd.Env = os.Environ()
	if s.postgres {
		socket, programs, err := dbtest.Cluster()
		if err != nil {
			return nil, err
		}
		cmd.Env = append(cmd.Env, "HERMOD_TEST_POSTGRES="+socket, "HERMOD_TEST_POSTGRES_BIN="+programs)
	}
	if s.server {
		path, err := buildServer()
		if err != nil {
			return nil, err
		}
		cmd.Env = append(cmd.Env, "HERMOD_BIN="+path)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return out, cmd.Start()
}

// buildServer builds bin/hermod.
func buildServer() (path string, err error) {
	path, err = filepath.Abs(filepath.Join("bin", "hermod"))
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", path, "./cmd/hermod")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("building the server: %w", err)
	}
	return path, nil
}

// show shows an output that is not counted.
func show(r io.Reader) tally {
	_, _ = io.Copy(os.Stdout, r)
	return tally{}
}

// A testEvent is a line of go test -json.
type testEvent struct {
	Action, Package, Test, Output, ImportPath string
	Elapsed                                   float64
}

// readGo shows a line per package, and the output of what failed.
func readGo(r io.Reader) tally {
	var sum tally
	output := map[string][]string{} // of each test that has not ended
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e testEvent
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Println(lines.Text())
			continue
		}
		name := cmp.Or(e.Package, e.ImportPath) + " " + e.Test
		switch e.Action {
		case "output", "build-output":
			output[name] = append(output[name], e.Output)
		case "pass", "skip", "fail":
			sum.add(ended(e, output[name]))
			delete(output, name)
		case "build-fail":
			fmt.Print(strings.Join(output[name], ""))
			delete(output, name)
		}
	}
	return sum
}

// ended counts a test, or shows the line of a package.
func ended(e testEvent, output []string) tally {
	if e.Action == "fail" {
		fmt.Print(strings.Join(output, ""))
	}
	if e.Test == "" {
		if e.Action != "skip" {
			fmt.Printf("%-4s %s %.1fs\n", e.Action, e.Package, e.Elapsed)
		}
		return tally{}
	}
	switch e.Action {
	case "pass":
		return tally{passed: 1}
	case "skip":
		return tally{skipped: 1}
	}
	return tally{failed: 1}
}

var tapCount = regexp.MustCompile(`^# (pass|fail|cancelled|skipped) (\d+)$`)

// readTAP shows the top-level results and everything of what failed.
func readTAP(r io.Reader) tally {
	var sum tally
	failing := false
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		if m := tapCount.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[2])
			sum.add(counted(m[1], n))
			continue
		}
		switch {
		case strings.HasPrefix(text, "not ok"):
			failing = true
		case strings.HasPrefix(text, "ok "):
			failing = false
		}
		if failing || strings.HasPrefix(lines.Text(), "ok ") || strings.HasPrefix(text, "# ") {
			fmt.Println(lines.Text())
		}
	}
	return sum
}

func counted(kind string, n int) tally {
	switch kind {
	case "pass":
		return tally{passed: n}
	case "skipped":
		return tally{skipped: n}
	}
	return tally{failed: n}
}

// A vitestReport is what vitest writes with --reporter=json.
type vitestReport struct {
	NumPassedTests, NumFailedTests, NumPendingTests int
	TestResults                                     []struct {
		Name, Status, Message string
		AssertionResults      []struct {
			FullName, Status string
			FailureMessages  []string
		}
	}
}

// readVitest shows a line per file, and the messages of what failed. A file that could not be read counts as a failure.
func readVitest(r io.Reader) tally {
	var report vitestReport
	if err := json.NewDecoder(r).Decode(&report); err != nil {
		fmt.Println("vitest:", err)
		return tally{failed: 1}
	}
	sum := tally{passed: report.NumPassedTests, failed: report.NumFailedTests, skipped: report.NumPendingTests}
	for _, file := range report.TestResults {
		fmt.Printf("%-6s %s\n", file.Status, file.Name)
		if file.Status == "failed" && len(file.AssertionResults) == 0 {
			fmt.Println(file.Message)
			sum.failed++
		}
		for _, test := range file.AssertionResults {
			if test.Status == "failed" {
				fmt.Println(test.FullName, strings.Join(test.FailureMessages, "\n"))
			}
		}
	}
	return sum
}
