package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"hermod/internal/domain/auth"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/server"
)

type userCmd struct {
	List   userListCmd   `cmd:"" help:"List the accounts."`
	Create userCreateCmd `cmd:"" help:"Make an account for a phone number."`
	Code   userCodeCmd   `cmd:"" help:"Issue a sign-in code for somebody whom no code reaches. He asks for one in his client first."`
	Delete userDeleteCmd `cmd:"" help:"Delete an account."`
	Files  userFilesCmd  `cmd:"" help:"List who has most in files."`
}

// withCore opens the installation for one command. It works beside a running server.
func (c common) withCore(ctx context.Context, fn func(*server.Core) error) error {
	cfg, err := c.load(nil)
	if err != nil {
		return err
	}
	core, err := server.OpenCore(ctx, cfg, server.Options{Log: slog.New(slog.DiscardHandler), Codes: os.Stdout})
	if err != nil {
		return err
	}
	return errors.Join(fn(core), core.Close())
}

type userListCmd struct {
	common
}

// Run implements the command.
func (u *userListCmd) Run(ctx context.Context) error {
	return u.withCore(ctx, func(core *server.Core) error {
		w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tPHONE\tUSERNAME\tNAME\tSINCE")
		var after ids.User
		for {
			page, err := core.Users.List(ctx, after, users.MaxBatch)
			if err != nil {
				return err
			}
			for _, p := range page {
				fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", p.ID, plus(p.Phone), p.Username, name(p), day(p.CreatedAt))
				after = p.ID
			}
			if len(page) == 0 {
				return w.Flush()
			}
		}
	})
}

// name is a person's name without what could play tricks on a terminal.
func name(u users.User) string {
	full := strings.TrimSpace(u.FirstName + " " + u.LastName)
	if u.Bot {
		full += " (bot)"
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, full)
}

// day is "" for the service account, which is as old as the installation.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func plus(p users.Phone) string {
	if p == "" {
		return ""
	}
	return "+" + string(p)
}

type userCreateCmd struct {
	common
	Phone     string `arg:"" help:"Phone number in international form, such as +4790000001."`
	FirstName string `arg:"" help:"First name."`
	LastName  string `arg:"" optional:"" help:"Last name."`
}

// Run implements the command.
func (u *userCreateCmd) Run(ctx context.Context) error {
	return u.withCore(ctx, func(core *server.Core) error {
		made, err := core.Auth.CreateUser(ctx, u.Phone, u.FirstName, u.LastName)
		if err != nil {
			return explain(err)
		}
		fmt.Printf("User %d with the number %s. When he asks for a code, 'hermod user code %s' issues one too.\n",
			made.ID, plus(made.Phone), plus(made.Phone))
		return nil
	})
}

type userCodeCmd struct {
	common
	Phone string `arg:"" help:"Phone number, with the account or about to get one."`
}

// Run implements the command.
func (u *userCodeCmd) Run(ctx context.Context) error {
	return u.withCore(ctx, func(core *server.Core) error {
		code, err := core.Auth.IssueCode(ctx, u.Phone)
		if err != nil {
			return explain(err)
		}
		fmt.Println(code)
		return nil
	})
}

type userDeleteCmd struct {
	common
	User string `arg:"" help:"Phone number, or @username, or id."`
	Yes  bool   `help:"Do not ask."`
}

// Run implements the command.
func (u *userDeleteCmd) Run(ctx context.Context) error {
	return u.withCore(ctx, func(core *server.Core) error {
		found, err := findUser(ctx, core, u.User)
		if err != nil {
			return explain(err)
		}
		if !u.Yes && !confirm(fmt.Sprintf("Delete %s (%d) for ever?", name(found), found.ID)) {
			return errors.New("nothing was deleted")
		}
		if err := core.Auth.Delete(ctx, found.ID); err != nil {
			return explain(err)
		}
		fmt.Printf("User %d is deleted. A server that is running ends his sessions within some minutes.\n", found.ID)
		return nil
	})
}

func confirm(question string) bool {
	fmt.Print(question + " [y/N] ")
	var text string
	_, _ = fmt.Scanln(&text)
	return strings.EqualFold(text, "y") || strings.EqualFold(text, "yes")
}

func findUser(ctx context.Context, core *server.Core, text string) (users.User, error) {
	if username, ok := strings.CutPrefix(text, "@"); ok {
		peer, err := core.Users.ByUsername(ctx, username)
		if err != nil {
			return users.User{}, err
		}
		return core.Users.One(ctx, peer.User())
	}
	var id ids.User
	if _, err := fmt.Sscanf(text, "%d", &id); err == nil && !strings.HasPrefix(text, "+") {
		if found, err := core.Users.One(ctx, id); err == nil {
			return found, nil
		}
	}
	phone, err := users.ParsePhone(text, "")
	if err != nil {
		return users.User{}, err
	}
	id, err = core.Users.ByPhone(ctx, phone)
	if err != nil {
		return users.User{}, err
	}
	return core.Users.One(ctx, id)
}

type botCmd struct {
	Create botCreateCmd `cmd:"" help:"Make a bot and print its token."`
}

type botCreateCmd struct {
	common
	Name     string `arg:"" help:"Name that people see."`
	Username string `arg:"" help:"Username; it has to end in 'bot'."`
	Owner    int64  `help:"Id of the user to whom the bot belongs." placeholder:"ID"`
}

// Run implements the command.
func (b *botCreateCmd) Run(ctx context.Context) error {
	return b.withCore(ctx, func(core *server.Core) error {
		made, token, err := core.Auth.CreateBot(ctx, ids.User(b.Owner), b.Name, strings.TrimPrefix(b.Username, "@"))
		if err != nil {
			return explain(err)
		}
		fmt.Printf("@%s, id %d. Its token is shown this once:\n\n%s\n", made.Username, made.ID, token)
		return nil
	})
}

// explain adds what to do to the errors that an operator meets.
func explain(err error) error {
	advice := map[error]string{
		auth.ErrPhone:          "write it in international form, such as +4790000001",
		users.ErrPhone:         "write it in international form, such as +4790000001",
		auth.ErrPhoneTaken:     "'hermod user list' shows whose it is",
		auth.ErrNoPending:      "the code has to be asked for in the client first; it is then waited for some minutes",
		users.ErrNotFound:      "'hermod user list' shows all accounts",
		users.ErrFirstName:     "give a first name of 1 to 64 letters",
		users.ErrUsernameTaken: "choose another username",
		users.ErrUsername:      "use 5 to 32 letters, digits and underscores, beginning with a letter",
	}
	for known, text := range advice {
		if errors.Is(err, known) {
			return fmt.Errorf("%w: %s", err, text)
		}
	}
	return err
}
