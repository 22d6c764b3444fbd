package media

import (
	"context"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/polls"
	"hermod/internal/domain/text"
	"hermod/internal/tl/tg"
)

// Media shows the media of a page of messages as viewer sees them, or in the form for all when viewer is 0, with the peers
// that they name.
func (c *Codec) Media(
	ctx context.Context, viewer ids.User, list []*messages.Message,
) (map[*messages.Message]tg.MessageMediaClass, []ids.Peer, error) {
	all := make([]*media.Media, 0, len(list))
	for _, m := range list {
		if m.Media != nil {
			all = append(all, m.Media)
		}
	}
	if len(all) == 0 {
		return nil, nil, nil
	}
	s, err := c.load(ctx, viewer, all)
	if err != nil {
		return nil, nil, err
	}
	shown := make(map[*messages.Message]tg.MessageMediaClass, len(all))
	for _, m := range list {
		if t := s.show(m.Media); t != nil {
			shown[m] = t
		}
	}
	return shown, s.about, nil
}

// To shows a single media.
func (c *Codec) To(ctx context.Context, viewer ids.User, m *media.Media) (tg.MessageMediaClass, []ids.Peer, error) {
	if m == nil {
		return nil, nil, nil
	}
	s, err := c.load(ctx, viewer, []*media.Media{m})
	if err != nil {
		return nil, nil, err
	}
	return s.show(m), s.about, nil
}

// A showing is what a page of media needs to be shown.
type showing struct {
	*Codec
	now   time.Time
	polls map[int64]polls.Seen
	pages map[int64]tg.WebPageClass
	files map[int64]files.File
	about []ids.Peer
}

func (c *Codec) load(ctx context.Context, viewer ids.User, all []*media.Media) (*showing, error) {
	s := &showing{Codec: c, now: time.Now()}
	var wantPolls, wantPages, wantFiles []int64
	for _, m := range all {
		wantFiles = append(wantFiles, m.Files()...)
		switch {
		case m.Kind == media.Poll && m.Poll != nil && m.Poll.ID != 0:
			wantPolls = append(wantPolls, m.Poll.ID)
		case m.Kind == media.WebPage && m.WebPage != nil:
			wantPages = append(wantPages, m.WebPage.ID)
		}
	}
	var err error
	if len(wantFiles) > 0 && c.o.Files.Files != nil {
		if s.files, err = c.o.Files.Files.Get(ctx, wantFiles...); err != nil {
			return nil, err
		}
	}
	if len(wantPolls) > 0 && c.o.Polls != nil {
		if s.polls, err = c.o.Polls(ctx, viewer, wantPolls); err != nil {
			return nil, err
		}
	}
	if len(wantPages) > 0 && c.o.Pages != nil {
		s.pages, err = c.o.Pages(ctx, wantPages)
	}
	return s, err
}

// show is nil for what there is nothing to show of.
func (s *showing) show(m *media.Media) tg.MessageMediaClass {
	if m == nil {
		return nil
	}
	switch m.Kind {
	case media.Geo:
		return &tg.MessageMediaGeo{Geo: pointTo(m.Geo)}
	case media.LiveGeo:
		return liveTo(m)
	case media.Venue:
		return &tg.MessageMediaVenue{
			Geo: pointTo(m.Geo), Title: m.Venue.Title, Address: m.Venue.Address, Provider: m.Venue.Provider,
			VenueID: m.Venue.ID, VenueType: m.Venue.Type,
		}
	case media.Contact:
		return s.contact(m.Contact)
	case media.Dice:
		return &tg.MessageMediaDice{Value: int32(m.Dice.Value), Emoticon: m.Dice.Emoji}
	case media.Poll:
		return s.poll(m.Poll)
	case media.Todo:
		return s.todo(m.Todo)
	case media.WebPage:
		return s.page(m.WebPage)
	case media.Photo, media.Video, media.Document, media.Voice, media.Music, media.Round, media.GIF, media.Sticker:
		return s.file(m.Kind, m.File)
	}
	return &tg.MessageMediaUnsupported{}
}

// pointTo has an access hash because clients store one; it opens nothing here.
func pointTo(p *media.Point) tg.GeoPointClass {
	if p == nil {
		return &tg.GeoPointEmpty{}
	}
	t := &tg.GeoPoint{Lat: p.Lat, Long: p.Long}
	if p.Accuracy > 0 {
		t.AccuracyRadius = new(int32(p.Accuracy))
	}
	return t
}

func liveTo(m *media.Media) tg.MessageMediaClass {
	t := &tg.MessageMediaGeoLive{Geo: pointTo(m.Geo), Period: int32(m.Live.Period)}
	if m.Live.Heading > 0 {
		t.Heading = new(int32(m.Live.Heading))
	}
	if m.Live.Proximity > 0 {
		t.ProximityNotificationRadius = new(int32(m.Live.Proximity))
	}
	return t
}

func (s *showing) contact(c *media.Card) tg.MessageMediaClass {
	if c.User != 0 {
		s.about = append(s.about, c.User.Peer())
	}
	return &tg.MessageMediaContact{
		PhoneNumber: c.Phone, FirstName: c.FirstName, LastName: c.LastName, Vcard: c.VCard, UserID: int64(c.User),
	}
}

func (s *showing) todo(l *media.TodoList) tg.MessageMediaClass {
	t := &tg.MessageMediaToDo{Todo: &tg.TodoList{
		OthersCanAppend: l.MayAppend, OthersCanComplete: l.MayComplete, Title: s.textTo(l.Title),
	}}
	for _, task := range l.Tasks {
		t.Todo.List = append(t.Todo.List, &tg.TodoItem{ID: task.ID, Title: s.textTo(task.Text)})
		if task.Done != 0 {
			t.Completions = append(t.Completions, &tg.TodoCompletion{
				ID: task.ID, CompletedBy: view.Peer(task.By), Date: int32(task.Done),
			})
			s.about = append(s.about, task.By)
		}
	}
	return t
}

// textTo shows a text that has entities, and puts whom it names among the peers to be known.
func (s *showing) textTo(t text.Text) *tg.TextWithEntities {
	for _, u := range t.Mentioned() {
		s.about = append(s.about, u.Peer())
	}
	return s.Text(t)
}

// Text shows a text with its entities.
func (c *Codec) Text(t text.Text) *tg.TextWithEntities {
	return &tg.TextWithEntities{Text: t.String, Entities: entities(c, t.Entities)}
}

// entities are never nil: the vector is not optional.
func entities(c *Codec, in []text.Entity) []tg.MessageEntityClass {
	if out := c.o.Entities(in); out != nil {
		return out
	}
	return []tg.MessageEntityClass{}
}

func (s *showing) page(w *media.WebPageShown) tg.MessageMediaClass {
	page := s.pages[w.ID]
	if page == nil {
		return nil
	}
	return &tg.MessageMediaWebPage{
		ForceLargeMedia: w.ForceLarge, ForceSmallMedia: w.ForceSmall, Manual: w.Manual, Safe: w.Safe, Webpage: page,
	}
}
