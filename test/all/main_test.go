package main

import (
	"strings"
	"testing"
)

func TestReadGo(t *testing.T) {
	const in = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"hello\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"pass","Package":"p","Elapsed":1}
{"Action":"skip","Package":"q"}
no JSON
`
	if got, want := readGo(strings.NewReader(in)), (tally{1, 1, 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestReadTAP(t *testing.T) {
	const in = "TAP version 13\n    ok 1 - inner\nok 1 - outer\nnot ok 2 - broken\n  ---\n  error: 'x'\n# tests 4\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 3\n"
	if got, want := readTAP(strings.NewReader(in)), (tally{2, 2, 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The first run of this command fails, the second, which is told the file, passes.
func TestWhatFailedIsRunAgain(t *testing.T) {
	const tap = `printf "not ok 1 - a\n  location: '/x/a.test.js:1:2'\n# pass 3\n# fail 1\n"; false`
	s := suite{args: []string{"sh", "-c", tap}, read: readTAP, again: true}
	node := javaScript
	t.Cleanup(func() { javaScript = node })
	javaScript = []string{"sh", "-c", `test "$0" = /x/a.test.js && printf "# pass 2\n"`}
	if got, want := runTwice(s), (tally{passed: 4}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, again := range []string{tap, "true"} {
		javaScript = []string{"sh", "-c", again}
		if got, want := runTwice(s), (tally{passed: 3, failed: 1}); got != want {
			t.Errorf("%s: got %+v, want %+v", again, got, want)
		}
	}
}

func TestARunnerThatDidNotCountIsNotRunAgain(t *testing.T) {
	const tap = `printf "not ok 1 - a\n  location: '/x/a.test.js:1:2'\n"; false`
	s := suite{args: []string{"sh", "-c", tap}, read: readTAP, again: true}
	node := javaScript
	t.Cleanup(func() { javaScript = node })
	javaScript = []string{"sh", "-c", `printf "# pass 2\n"`}
	if got := runTwice(s); got.failed != 1 || got.passed != 0 {
		t.Errorf("got %+v, want one failure", got)
	}
}

func TestReadVitest(t *testing.T) {
	const in = `{"numPassedTests":3,"numFailedTests":1,"numPendingTests":2,"testResults":[
		{"name":"a.test.ts","status":"failed","assertionResults":[{"fullName":"adds","status":"failed","failureMessages":["2"]}]},
		{"name":"b.test.ts","status":"failed","message":"does not compile","assertionResults":[]}]}`
	if got, want := readVitest(strings.NewReader(in)), (tally{3, 2, 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := readVitest(strings.NewReader("no JSON")); got.failed != 1 {
		t.Errorf("got %+v, want one failure", got)
	}
}

func TestACheckIsOneTest(t *testing.T) {
	if got := run(suite{args: []string{"true"}}); got != (tally{passed: 1}) {
		t.Errorf("got %+v, want one pass", got)
	}
	if got := run(suite{args: []string{"false"}}); got != (tally{failed: 1}) {
		t.Errorf("got %+v, want one failure", got)
	}
}

func TestARunnerThatFailsIsAFailure(t *testing.T) {
	tests := map[string]suite{
		"does not start":    {args: []string{"/nonexistent"}, read: readGo},
		"fails without one": {args: []string{"false"}, read: readGo},
	}
	for name, s := range tests {
		t.Run(name, func(t *testing.T) {
			if got := run(s); got.failed != 1 {
				t.Errorf("got %+v, want one failure", got)
			}
		})
	}
}
