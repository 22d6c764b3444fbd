package boot

import (
	"context"

	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// emptyStories serves stories, which nobody has yet, and group calls.
func emptyStories(r *rpc.Router) {
	stories := &tg.StoriesStories{}
	none[*tg.StoriesGetAlbumStories](r, stories)
	none[*tg.StoriesGetPinnedStories](r, stories)
	none[*tg.StoriesGetStoriesArchive](r, stories)
	none[*tg.StoriesGetStoriesByID](r, stories)
	rpc.HandleEmpty(r, rpc.SignedIn, getAllStories)
	none[*tg.StoriesGetChatsToSend](r, &tg.MessagesChats{})
	none[*tg.StoriesGetStoryViewsList](r, &tg.StoriesStoryViewsList{})
	none[*tg.StoriesSearchPosts](r, &tg.StoriesFoundStories{})
	none[*tg.StoriesReadStories](r, tg.IntVector{})
	listed(r, func(in *tg.StoriesGetAlbums) int64 { return in.Hash },
		&tg.StoriesAlbums{Hash: emptyHash}, &tg.StoriesAlbumsNotModified{})
	quiet[*tg.StoriesGetAllReadPeerStories](r)
	ok[*tg.StoriesIncrementStoryViews](r)
	ok[*tg.StoriesToggleAllStoriesHidden](r)
	ok[*tg.StoriesTogglePeerStoriesHidden](r)
	rpc.HandleEmpty(r, rpc.SignedIn, func(_ context.Context, _ *rpc.Call, in *tg.StoriesGetStoriesViews) (*tg.StoriesStoryViews, error) {
		return &tg.StoriesStoryViews{Views: repeat(&tg.StoryViews{}, len(in.ID))}, nil
	})
}

const (
	allStoriesLayer = 161 // the first whose answer can be written
	storiesState    = "0" // names the empty list; TDLib takes an empty name for a fault
)

// getAllStories serves https://core.telegram.org/method/stories.getAllStories.
func getAllStories(_ context.Context, call *rpc.Call, _ *tg.StoriesGetAllStories) (*tg.StoriesAllStories, error) {
	if call.Layer < allStoriesLayer {
		return nil, rpc.ErrUnknownMethod
	}
	return &tg.StoriesAllStories{State: storiesState, StealthMode: &tg.StoriesStealthMode{}}, nil
}

// emptyCalls serves what clients ask about calls before there is one.
func emptyCalls(r *rpc.Router) {
	none[*tg.PhoneGetCallConfig](r, &tg.DataJSON{Data: "{}"})
	none[*tg.PhoneGetGroupCallStreamChannels](r, &tg.PhoneGroupCallStreamChannels{})
}
