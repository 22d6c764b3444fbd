package reactions

import (
	"slices"
	"strings"

	"hermod/internal/domain/groups"
	"hermod/internal/domain/messages"
)

// emoji are the reactions that everybody has, in the order in which they are offered.
var emoji = strings.Fields(`
	❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻
	👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡`)

// tags are what is offered for saved messages.
var tags = strings.Fields(`❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉`)

// Standard is the reaction of a double tap for who has not chosen one.
const Standard messages.Reaction = "❤"

// Emoji are the reactions that everybody has.
func Emoji() []messages.Reaction { return named(emoji) }

// Tags are the reactions that are offered as tags.
func Tags() []messages.Reaction { return named(tags) }

func named(list []string) []messages.Reaction {
	out := make([]messages.Reaction, len(list))
	for i, e := range list {
		out[i] = messages.Reaction(e)
	}
	return out
}

// Plain is the reaction with an emoji as some client writes it: with or without the sign that asks for a coloured picture.
// It fails with ErrInvalid when there is none.
func Plain(written string) (messages.Reaction, error) {
	bare := strings.ReplaceAll(written, "\ufe0f", "")
	if !slices.Contains(emoji, bare) {
		return "", ErrInvalid
	}
	return messages.Reaction(bare), nil
}

// allowed tells whether a chat lets its members give r.
func allowed(in groups.Reactions, r messages.Reaction) bool {
	document := r.Custom()
	switch in.Kind {
	case groups.NoReactions:
		return false
	case groups.SomeReactions:
		if document != 0 {
			return slices.Contains(in.Documents, document)
		}
		return slices.ContainsFunc(in.Emoji, func(e string) bool {
			return strings.ReplaceAll(e, "\ufe0f", "") == string(r)
		})
	}
	return document == 0 || in.Custom
}
