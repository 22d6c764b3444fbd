package view

import (
	"hermod/internal/domain/groups"
	"hermod/internal/tl/tg"
)

// ChatReactions shows which reactions members may give.
func ChatReactions(r groups.Reactions) tg.ChatReactionsClass {
	switch r.Kind {
	case groups.NoReactions:
		return &tg.ChatReactionsNone{}
	case groups.SomeReactions:
		t := &tg.ChatReactionsSome{Reactions: make([]tg.ReactionClass, 0, len(r.Emoji)+len(r.Documents))}
		for _, e := range r.Emoji {
			t.Reactions = append(t.Reactions, &tg.ReactionEmoji{Emoticon: e})
		}
		for _, d := range r.Documents {
			t.Reactions = append(t.Reactions, &tg.ReactionCustomEmoji{DocumentID: d})
		}
		return t
	}
	return &tg.ChatReactionsAll{AllowCustom: r.Custom}
}

// ChatReactionsFrom reads which reactions members may give. ok is false for what is none of them.
func ChatReactionsFrom(in tg.ChatReactionsClass) (r groups.Reactions, ok bool) {
	switch in := in.(type) {
	case *tg.ChatReactionsNone:
		return groups.Reactions{Kind: groups.NoReactions}, true
	case *tg.ChatReactionsAll:
		return groups.Reactions{Custom: in.AllowCustom}, true
	case *tg.ChatReactionsSome:
		return someReactions(in.Reactions)
	}
	return groups.Reactions{}, false
}

func someReactions(list []tg.ReactionClass) (groups.Reactions, bool) {
	r := groups.Reactions{Kind: groups.SomeReactions}
	for _, reaction := range list {
		switch reaction := reaction.(type) {
		case *tg.ReactionEmoji:
			r.Emoji = append(r.Emoji, reaction.Emoticon)
		case *tg.ReactionCustomEmoji:
			r.Documents = append(r.Documents, reaction.DocumentID)
		default:
			return groups.Reactions{}, false
		}
	}
	if len(list) == 0 {
		r.Kind = groups.NoReactions
	}
	return r, true
}
