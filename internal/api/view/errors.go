package view

import (
	"errors"
	"strconv"

	"hermod/internal/domain/rights"
	"hermod/internal/rpc"
)

// rightsErrors say how a right that is missing looks to clients.
// Spec: https://core.telegram.org/api/rights
var rightsErrors = map[error]rpc.Error{
	rights.ErrAdminRequired:      rpc.BadRequest("CHAT_ADMIN_REQUIRED"),
	rights.ErrCreatorRequired:    rpc.BadRequest("CHAT_ADMIN_REQUIRED"),
	rights.ErrWriteForbidden:     rpc.Forbidden("CHAT_WRITE_FORBIDDEN"),
	rights.ErrForbidden:          rpc.Forbidden("CHAT_FORBIDDEN"),
	rights.ErrUserBanned:         rpc.BadRequest("USER_BANNED_IN_CHANNEL"),
	rights.ErrPrivate:            rpc.BadRequest("CHANNEL_PRIVATE"),
	rights.ErrNotParticipant:     rpc.BadRequest("USER_NOT_PARTICIPANT"),
	rights.ErrGuestSend:          rpc.Forbidden("CHAT_GUEST_SEND_FORBIDDEN"),
	rights.ErrSendAs:             rpc.BadRequest("SEND_AS_PEER_INVALID"),
	rights.ErrReactionsForbidden: rpc.Forbidden("CHAT_SEND_REACTIONS_FORBIDDEN"),
	rights.ErrSendPlain:          rpc.Forbidden("CHAT_SEND_PLAIN_FORBIDDEN"),
	rights.ErrSendMedia:          rpc.Forbidden("CHAT_SEND_MEDIA_FORBIDDEN"),
	rights.ErrSendStickers:       rpc.Forbidden("CHAT_SEND_STICKERS_FORBIDDEN"),
	rights.ErrSendGifs:           rpc.Forbidden("CHAT_SEND_GIFS_FORBIDDEN"),
	rights.ErrSendGames:          rpc.Forbidden("CHAT_SEND_GAME_FORBIDDEN"),
	rights.ErrSendInline:         rpc.Forbidden("CHAT_SEND_INLINE_FORBIDDEN"),
	rights.ErrEmbedLinks:         rpc.Forbidden("CHAT_SEND_WEBPAGE_FORBIDDEN"),
	rights.ErrSendPolls:          rpc.Forbidden("CHAT_SEND_POLL_FORBIDDEN"),
	rights.ErrSendPhotos:         rpc.Forbidden("CHAT_SEND_PHOTOS_FORBIDDEN"),
	rights.ErrSendVideos:         rpc.Forbidden("CHAT_SEND_VIDEOS_FORBIDDEN"),
	rights.ErrSendRoundVideos:    rpc.Forbidden("CHAT_SEND_ROUNDVIDEOS_FORBIDDEN"),
	rights.ErrSendAudios:         rpc.Forbidden("CHAT_SEND_AUDIOS_FORBIDDEN"),
	rights.ErrSendVoices:         rpc.Forbidden("CHAT_SEND_VOICES_FORBIDDEN"),
	rights.ErrSendDocs:           rpc.Forbidden("CHAT_SEND_DOCS_FORBIDDEN"),
}

// RegisterErrors tells r how the errors of package rights look, for all handlers.
func RegisterErrors(r *rpc.Router) {
	r.Errors(rightsErrors)
	r.Shape(slowMode)
}

func slowMode(err error) (rpc.Error, bool) {
	var slow *rights.SlowModeError
	if !errors.As(err, &slow) {
		return rpc.Error{}, false
	}
	return rpc.Error{Code: 420, Type: "SLOWMODE_WAIT_" + strconv.Itoa(slow.Seconds())}, true
}
