package rights

import (
	"errors"
	"fmt"
	"time"
)

// Errors of rights, which are the caller's.
var (
	// ErrAdminRequired means something that only admins may do, or only those with a right that the caller lacks.
	ErrAdminRequired = errors.New("admin right required")
	// ErrCreatorRequired means something that only the owner may do.
	ErrCreatorRequired = errors.New("only the owner may")
	// ErrWriteForbidden means that the caller may not write there.
	ErrWriteForbidden = errors.New("writing is forbidden")
	// ErrForbidden means something that the members may not do here.
	ErrForbidden = errors.New("forbidden to members")
	// ErrUserBanned means that the caller may not write, because he was banned or restricted.
	ErrUserBanned = errors.New("banned in this chat")
	// ErrPrivate means a channel that the caller may not see.
	ErrPrivate = errors.New("channel is private")
	// ErrNotParticipant means somebody who is not in the chat.
	ErrNotParticipant = errors.New("not a participant")
	// ErrGuestSend means that one has to join before writing.
	ErrGuestSend = errors.New("join before writing")
	// ErrSendAs means a peer in whose name the caller may not write there.
	ErrSendAs = errors.New("cannot send as this peer")
	// ErrSlowMode is in the chain of each SlowModeError.
	ErrSlowMode = errors.New("slow mode")
	// ErrReactionsForbidden means that the caller may not react.
	ErrReactionsForbidden = errors.New("reactions are forbidden")
)

// Errors of content that a member may not send, one for each kind.
var (
	ErrSendPlain       = errors.New("text is forbidden")
	ErrSendMedia       = errors.New("media are forbidden")
	ErrSendStickers    = errors.New("stickers are forbidden")
	ErrSendGifs        = errors.New("GIFs are forbidden")
	ErrSendGames       = errors.New("games are forbidden")
	ErrSendInline      = errors.New("inline results are forbidden")
	ErrEmbedLinks      = errors.New("link previews are forbidden")
	ErrSendPolls       = errors.New("polls are forbidden")
	ErrSendPhotos      = errors.New("photos are forbidden")
	ErrSendVideos      = errors.New("videos are forbidden")
	ErrSendRoundVideos = errors.New("video messages are forbidden")
	ErrSendAudios      = errors.New("music is forbidden")
	ErrSendVoices      = errors.New("voice messages are forbidden")
	ErrSendDocs        = errors.New("files are forbidden")
)

// sending has the error for each kind of content, the most special first.
var sending = []struct {
	what Content
	err  error
}{
	{SendPlain, ErrSendPlain}, {SendPolls, ErrSendPolls}, {SendPhotos, ErrSendPhotos}, {SendVideos, ErrSendVideos},
	{SendRoundVideos, ErrSendRoundVideos}, {SendAudios, ErrSendAudios}, {SendVoices, ErrSendVoices},
	{SendDocs, ErrSendDocs}, {SendStickers, ErrSendStickers}, {SendGifs, ErrSendGifs}, {SendGames, ErrSendGames},
	{SendInline, ErrSendInline}, {EmbedLinks, ErrEmbedLinks}, {SendMedia, ErrSendMedia},
}

// Check returns nil if nothing of content is in b, ErrWriteForbidden if b leaves nothing to send at all, and else the
// error of the first kind of content that is forbidden.
func (b Banned) Check(content Content) error {
	b = b.Full()
	if b.Has(SendMessages) || b.Has(SendPlain|SendMedia) {
		return ErrWriteForbidden
	}
	for _, s := range sending {
		if b.Any(s.what & content) {
			return s.err
		}
	}
	return nil
}

// A SlowModeError says how long somebody has to wait before he may write again.
type SlowModeError struct{ Wait time.Duration }

// Error implements error.
func (e *SlowModeError) Error() string { return fmt.Sprintf("slow mode: wait %s", e.Wait) }

// Unwrap makes ErrSlowMode part of the chain.
func (e *SlowModeError) Unwrap() error { return ErrSlowMode }

// Seconds is the time to wait in whole seconds, at least one.
func (e *SlowModeError) Seconds() int { return max(1, int((e.Wait+time.Second-1)/time.Second)) }
