package messages

import (
	"slices"
	"strconv"
	"strings"

	"hermod/internal/domain/ids"
)

// A Reaction is an emoji, or "custom:" and the number of a custom emoji.
type Reaction string

const customPrefix = "custom:"

// CustomReaction names the custom emoji with the given document.
func CustomReaction(document int64) Reaction {
	return Reaction(customPrefix + strconv.FormatInt(document, 10))
}

// Custom returns the document of a custom emoji, or 0.
func (r Reaction) Custom() int64 {
	digits, ok := strings.CutPrefix(string(r), customPrefix)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// A ReactionSummary is what the row of a message says about the reactions to it. Package reactions keeps the single ones
// and writes this.
type ReactionSummary struct {
	Counts []ReactionCount `json:"c"`
	Recent []Reactor       `json:"r,omitempty"` // the newest first; of a chat of two, all
	Tags   bool            `json:"t,omitempty"` // they are tags of a saved message
}

// A ReactionCount is how many have chosen a reaction.
type ReactionCount struct {
	Reaction Reaction `json:"r"`
	N        int      `json:"n"`
}

// A Reactor is somebody's reaction.
type Reactor struct {
	Actor    ids.Peer `json:"a"`
	Reaction Reaction `json:"r"`
	Place    int      `json:"p,omitempty"` // among his own, from 0
	Date     int64    `json:"d"`           // unix seconds
	Big      bool     `json:"b,omitempty"`
}

// Peers are those whom a client must know to show r.
func (r *ReactionSummary) Peers() []ids.Peer {
	if r == nil {
		return nil
	}
	var all []ids.Peer
	for _, who := range r.Recent {
		if !slices.Contains(all, who.Actor) {
			all = append(all, who.Actor)
		}
	}
	return all
}

// Reacted are those of whom m shows that they reacted to it. Below a post of a channel nobody is shown.
func (m *Message) Reacted() []ids.Peer {
	if m.Flags.Has(Post) {
		return nil
	}
	return m.Reactions.Peers()
}

// Total is how many reactions there are.
func (r *ReactionSummary) Total() int {
	n := 0
	if r != nil {
		for _, c := range r.Counts {
			n += c.N
		}
	}
	return n
}
