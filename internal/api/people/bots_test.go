package people

import (
	"errors"
	"strings"
	"testing"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// robot makes a bot and a call of its session.
func (w *world) robot(t *testing.T) *rpc.Call {
	t.Helper()
	call := &rpc.Call{Layer: tg.Newest, Bot: true}
	err := w.db.Write(t.Context(), func(tx *db.Tx) error {
		u, err := w.users.Create(t.Context(), tx, users.NewUser{FirstName: "Echo", Username: "echo_bot", Bot: &users.BotInfo{}})
		call.User = u.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return call
}

func commands(names ...string) (list []*tg.BotCommand) {
	for _, n := range names {
		list = append(list, &tg.BotCommand{Command: n, Description: "Does " + n})
	}
	return list
}

func TestCommandsOfBots(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		bot := w.robot(t)
		set := func(scope tg.BotCommandScopeClass, language string, names ...string) {
			t.Helper()
			if _, err := w.setBotCommands(t.Context(), bot, &tg.BotsSetBotCommands{Scope: scope, LangCode: language, Commands: commands(names...)}); err != nil {
				t.Fatal(err)
			}
		}
		offers := func(viewer *rpc.Call, language string) string {
			t.Helper()
			viewer.Client.Lang = language
			full, err := w.getFullUser(t.Context(), viewer, &tg.UsersGetFullUser{ID: w.input(viewer, bot)})
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, c := range full.(*tg.UsersUserFull).FullUser.BotInfo.Commands {
				names = append(names, c.Command)
			}
			return strings.Join(names, " ")
		}
		toBo := &tg.BotCommandScopePeer{Peer: &tg.InputPeerUser{UserID: int64(w.bo.User), AccessHash: w.view.Access().Hash(bot.User, w.bo.User.Peer())}}
		set(&tg.BotCommandScopeDefault{}, "", "start", "help")
		set(&tg.BotCommandScopeDefault{}, "nb", "hjelp")
		set(&tg.BotCommandScopeChats{}, "", "rules")
		set(toBo, "", "private")
		for _, tt := range []struct {
			viewer         *rpc.Call
			language, want string
		}{{w.anna, "en", "start help"}, {w.anna, "nb-NO", "hjelp"}, {w.bo, "nb", "private"}} {
			if got := offers(tt.viewer, tt.language); got != tt.want {
				t.Errorf("%s: got %q, want %q", tt.language, got, tt.want)
			}
		}
		got, err := w.getBotCommands(t.Context(), bot, &tg.BotsGetBotCommands{Scope: &tg.BotCommandScopeChats{}})
		if err != nil || len(got) != 1 || got[0].Command != "rules" || got[0].Description != "Does rules" {
			t.Errorf("got %v, %v", got, err)
		}
		if _, err := w.resetBotCommands(t.Context(), bot, &tg.BotsResetBotCommands{Scope: toBo}); err != nil {
			t.Fatal(err)
		}
		if got := offers(w.bo, "en"); got != "start help" {
			t.Errorf("after the reset: got %q", got)
		}
		shown, err := w.view.User(t.Context(), w.bo.User, bot.User)
		if err != nil || *shown.(*tg.User).BotInfoVersion < 6 {
			t.Errorf("the version does not go on: %+v, %v", shown, err)
		}
	})
}

func TestCommandsThatAreNone(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	bot := w.robot(t)
	many := make([]string, 101)
	for i := range many {
		many[i] = "x"
	}
	tests := map[string]struct {
		in   *tg.BotsSetBotCommands
		want error
	}{
		"capitals":   {&tg.BotsSetBotCommands{Commands: commands("Start")}, users.ErrCommand},
		"nothing":    {&tg.BotsSetBotCommands{Commands: commands("")}, users.ErrCommand},
		"null":       {&tg.BotsSetBotCommands{Commands: []*tg.BotCommand{nil}}, users.ErrCommand},
		"no words":   {&tg.BotsSetBotCommands{Commands: []*tg.BotCommand{{Command: "start"}}}, users.ErrCommandText},
		"long words": {&tg.BotsSetBotCommands{Commands: []*tg.BotCommand{{Command: "start", Description: strings.Repeat("å", 257)}}}, users.ErrCommandText},
		"many":       {&tg.BotsSetBotCommands{Commands: commands(many...)}, users.ErrCommands},
		"language":   {&tg.BotsSetBotCommands{LangCode: "english", Commands: commands("start")}, users.ErrLanguage},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.in.Scope = &tg.BotCommandScopeDefault{}
			if _, err := w.setBotCommands(t.Context(), bot, tt.in); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	person := &tg.BotsSetBotCommands{Scope: &tg.BotCommandScopeDefault{}, Commands: commands("start")}
	if _, err := w.setBotCommands(t.Context(), w.anna, person); !errors.Is(err, users.ErrNoBot) {
		t.Errorf("a person: got %v", err)
	}
}
