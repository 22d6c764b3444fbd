package people

import (
	"context"
	"strings"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerBots(r *rpc.Router) {
	rpc.Handle(r, rpc.BotOnly, h.setBotCommands)
	rpc.Handle(r, rpc.BotOnly, h.getBotCommands)
	rpc.Handle(r, rpc.BotOnly, h.resetBotCommands)
}

// setBotCommands serves https://core.telegram.org/method/bots.setBotCommands.
func (h *Handlers) setBotCommands(ctx context.Context, call *rpc.Call, in *tg.BotsSetBotCommands) (tg.Bool, error) {
	set := users.CommandSet{Language: in.LangCode}
	var err error
	if set.Scope, err = h.commandScope(ctx, call, in.Scope); err != nil {
		return false, err
	}
	for _, c := range in.Commands {
		if c == nil {
			return false, users.ErrCommand
		}
		set.Commands = append(set.Commands, users.Command{Name: c.Command, Text: c.Description})
	}
	return true, h.users.SetCommands(ctx, call.User, set)
}

// resetBotCommands serves https://core.telegram.org/method/bots.resetBotCommands.
func (h *Handlers) resetBotCommands(ctx context.Context, call *rpc.Call, in *tg.BotsResetBotCommands) (tg.Bool, error) {
	scope, err := h.commandScope(ctx, call, in.Scope)
	if err != nil {
		return false, err
	}
	return true, h.users.SetCommands(ctx, call.User, users.CommandSet{Scope: scope, Language: in.LangCode})
}

// getBotCommands serves https://core.telegram.org/method/bots.getBotCommands.
func (h *Handlers) getBotCommands(ctx context.Context, call *rpc.Call, in *tg.BotsGetBotCommands) (tg.Vector[*tg.BotCommand], error) {
	scope, err := h.commandScope(ctx, call, in.Scope)
	if err != nil {
		return nil, err
	}
	me, err := h.users.One(ctx, call.User)
	if err != nil || me.Settings.Bot == nil {
		return tg.Vector[*tg.BotCommand]{}, err
	}
	return commandList(me.Settings.Bot.Commands(scope, in.LangCode)), nil
}

func (h *Handlers) commandScope(ctx context.Context, call *rpc.Call, in tg.BotCommandScopeClass) (s users.CommandScope, err error) {
	var peer tg.InputPeerClass
	switch in := in.(type) {
	case *tg.BotCommandScopeUsers:
		return users.CommandScope{Kind: users.InPrivate}, nil
	case *tg.BotCommandScopeChats:
		return users.CommandScope{Kind: users.InGroups}, nil
	case *tg.BotCommandScopeChatAdmins:
		return users.CommandScope{Kind: users.ForAdmins}, nil
	case *tg.BotCommandScopePeer:
		s.Kind, peer = users.InPeer, in.Peer
	case *tg.BotCommandScopePeerAdmins:
		s.Kind, peer = users.ForPeerAdmins, in.Peer
	case *tg.BotCommandScopePeerUser:
		s.Kind, peer = users.ForPeerUser, in.Peer
		if s.User, err = h.view.UserFromInput(ctx, call, in.UserID); err != nil {
			return s, err
		}
	default:
		return users.CommandScope{}, nil
	}
	s.Peer, err = h.view.PeerFromInput(ctx, call, peer)
	return s, err
}

// privateCommands are what a bot offers to somebody in the chat of the two.
func privateCommands(b *users.BotInfo, viewer ids.User, language string) []*tg.BotCommand {
	language, _, _ = strings.Cut(strings.ToLower(language), "-")
	return commandList(b.CommandsFor(language,
		users.CommandScope{Kind: users.InPeer, Peer: viewer.Peer()}, users.CommandScope{Kind: users.InPrivate}, users.CommandScope{}))
}

func commandList(commands []users.Command) []*tg.BotCommand {
	list := make([]*tg.BotCommand, 0, len(commands))
	for _, c := range commands {
		list = append(list, &tg.BotCommand{Command: c.Name, Description: c.Text})
	}
	return list
}
