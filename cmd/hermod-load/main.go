// Command hermod-load puts a server under load and says how it did.
//
// It speaks through our own small client to a server on this machine; other addresses it refuses. Accounts are test
// numbers, so the server runs with --test-numbers, and with the request limits switched off if more is asked of
// it than people would. Every run is bounded in count and time. Several processes may share a run: each
// takes its part, and "merge" joins their reports.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// cli is the command line.
type cli struct {
	Handshake handshakeCmd `cmd:"" help:"Make authorization keys."`
	Signup    signupCmd    `cmd:"" help:"Sign up new accounts: key exchange, code, sign-up, state."`
	Private   privateCmd   `cmd:"" help:"Let pairs talk, and look for losses, doubles and wrong order."`
	Fanout    fanoutCmd    `cmd:"" help:"Post to a channel whose members are online, and compare with a bare program."`
	Group     groupCmd     `cmd:"" help:"Let people talk in many groups and supergroups, and look for losses and doubles."`
	Cost      costCmd      `cmd:"" help:"Compare what a post and a private message cost the database."`
	History   historyCmd   `cmd:"" help:"Read long histories, long lists of dialogs, and search."`
	Large     largeCmd     `cmd:"" help:"Join, leave, list, search and post in a channel with very many members."`
	Upload    uploadCmd    `cmd:"" help:"Upload a file over several connections, and compare with a bare program."`
	Download  downloadCmd  `cmd:"" help:"Download a file over several connections, and compare with a bare program."`
	Prepare   prepareCmd   `cmd:"" help:"Fill the data directory of a server that does not run yet."`
	Bare      bareCmd      `cmd:"" hidden:"" help:"The bare program of fanout."`
	BareFiles bareFilesCmd `cmd:"" hidden:"" help:"The bare program of upload and download."`
	Idle      idleCmd      `cmd:"" help:"Hold signed-in connections that do nothing, and measure what they cost."`
	Reconnect reconnectCmd `cmd:"" help:"Come back with a known session and ask for the difference."`
	Merge     mergeCmd     `cmd:"" help:"Join the JSON reports of the parts of a run."`
}

// target says which server to load, and how to speak to it.
type target struct {
	Address    string `help:"Server, on this machine." default:"127.0.0.1:8080"`
	Key        string `help:"The server's public key." default:"data/rsa_public.pem" type:"path"`
	DC         int32  `name:"dc" help:"Data centre to ask for." default:"2"`
	Transport  string `help:"Framing: ${enum}." enum:"abridged,intermediate,padded,full" default:"intermediate"`
	Obfuscated bool   `help:"Obfuscate the stream."`
	WebSocket  bool   `name:"websocket" help:"Speak through WebSockets."`
	PID        int    `name:"pid" help:"Process of the server, to report its processor time and memory." placeholder:"PID"`
	Admin      string `help:"The server's admin listener, to have it collect garbage before its memory is measured." placeholder:"HOST:PORT"`
}

// bounds of a run.
type bounds struct {
	Count    int           `help:"Operations in all parts together, at most." default:"1000"`
	Duration time.Duration `help:"Time of the measurement, at most." default:"30s"`
	Workers  int           `help:"Operations at once, in this part." default:"16"`
	Part     part          `help:"Which part of a run this process does." default:"1/1"`
	StartAt  int64         `help:"Begin to measure at this time, for several parts to begin together." placeholder:"UNIX"`
	JSON     string        `name:"json" help:"Write the report as JSON to this file; '-' is the standard output." placeholder:"FILE"`
	First    int           `help:"First of the 100,000 test numbers to use." default:"0"`
}

// The most that one run may ask for.
const (
	maxCount    = 1_000_000
	maxDuration = time.Hour
	maxWorkers  = 10_000
)

func (b *bounds) Validate() error {
	switch {
	case b.Count < 1 || b.Count > maxCount:
		return fmt.Errorf("--count must be 1 to %d", maxCount)
	case b.Duration <= 0 || b.Duration > maxDuration:
		return fmt.Errorf("--duration must be at most %v", maxDuration)
	case b.Workers < 1 || b.Workers > maxWorkers:
		return fmt.Errorf("--workers must be 1 to %d", maxWorkers)
	}
	return nil
}

// A part is one of the processes that share a run.
type part struct{ Index, Of int }

// UnmarshalText reads "2/3": the second of three.
func (p *part) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "%d/%d", &p.Index, &p.Of)
	if err != nil || p.Index < 1 || p.Index > p.Of || p.Of > 1000 {
		return fmt.Errorf("%q is not a part such as 2/3", text)
	}
	return nil
}

// share is how many of n fall to this part.
func (p part) share(n int) int { return (n + p.Of - p.Index) / p.Of }

// number returns the index, within the whole run, of the i-th of this part.
func (p part) number(i int) int { return i*p.Of + p.Index - 1 }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k := kong.Parse(new(cli), kong.Description("Puts a Hermod server on this machine under load."), kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)))
	k.FatalIfErrorf(k.Run())
}
