// Package media turns what clients attach to a message into media.Media, and back into what they show. It is the only
// place that knows both forms. Package render asks it for a page of messages at once, so that a page costs one query for
// all of its polls and one for all of its web pages.
package media

import (
	"context"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/polls"
	"hermod/internal/domain/text"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Options are what a codec works with. All but Text and Entities may be nil: then there is nothing of the kind.
type Options struct {
	// Text reads a text with what a client marked in it.
	Text func(ctx context.Context, call *rpc.Call, s string, e []tg.MessageEntityClass) (text.Text, error)
	// Entities shows the marks of a text.
	Entities func([]text.Entity) []tg.MessageEntityClass
	// ResolvePhone finds who has a number, as far as owner may find him by it.
	ResolvePhone func(ctx context.Context, owner ids.User, typed string) (ids.User, error)
	// Polls reads polls as viewer sees them.
	Polls func(ctx context.Context, viewer ids.User, want []int64) (map[int64]polls.Seen, error)
	// Pages reads web pages by id.
	Pages func(ctx context.Context, want []int64) (map[int64]tg.WebPageClass, error)
	// Files are what media that are files need.
	Files Files
}

// A Codec converts media. Safe for concurrent use.
type Codec struct{ o Options }

// New makes a codec.
func New(o Options) *Codec { return &Codec{o} }

// Errors says how the errors of the media of messages look to clients.
func Errors() map[error]rpc.Error {
	return map[error]rpc.Error{
		media.ErrInvalid:     rpc.BadRequest("MEDIA_INVALID"),
		media.ErrTTL:         rpc.BadRequest("TTL_MEDIA_INVALID"),
		media.ErrGrouped:     rpc.BadRequest("MEDIA_GROUPED_INVALID"),
		media.ErrPrevious:    rpc.BadRequest("MEDIA_PREV_INVALID"),
		media.ErrNew:         rpc.BadRequest("MEDIA_NEW_INVALID"),
		media.ErrEmpty:       rpc.BadRequest("MEDIA_EMPTY"),
		media.ErrGeo:         rpc.BadRequest("GEO_POINT_INVALID"),
		media.ErrPeriod:      rpc.BadRequest("LIVE_PERIOD_INVALID"),
		media.ErrDice:        rpc.BadRequest("EMOTICON_INVALID"),
		media.ErrTooLong:     rpc.BadRequest("MEDIA_CAPTION_TOO_LONG"),
		media.ErrPoll:        rpc.BadRequest("POLL_UNSUPPORTED"),
		media.ErrQuestion:    rpc.BadRequest("POLL_QUESTION_INVALID"),
		media.ErrAnswers:     rpc.BadRequest("POLL_ANSWERS_INVALID"),
		media.ErrAnswer:      rpc.BadRequest("POLL_ANSWER_INVALID"),
		media.ErrOption:      rpc.BadRequest("POLL_OPTION_DUPLICATE"),
		media.ErrNoCorrect:   rpc.BadRequest("QUIZ_CORRECT_ANSWERS_EMPTY"),
		media.ErrManyCorrect: rpc.BadRequest("QUIZ_CORRECT_ANSWERS_TOO_MUCH"),
		media.ErrCorrect:     rpc.BadRequest("QUIZ_CORRECT_ANSWER_INVALID"),
		media.ErrCloseDate:   rpc.BadRequest("POLL_CLOSE_DATE_INVALID"),
		media.ErrTodoEmpty:   rpc.BadRequest("TODO_ITEMS_EMPTY"),
		media.ErrTodoTooMany: rpc.BadRequest("TODO_ITEMS_TOO_MUCH"),
		media.ErrTodoTask:    rpc.BadRequest("TODO_ITEM_INVALID"),
	}
}
