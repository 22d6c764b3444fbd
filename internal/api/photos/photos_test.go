package photos

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"slices"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/api/file"
	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/photos"
	"hermod/internal/domain/users"
	"hermod/internal/images"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

const dc = 2

// A world is the handlers, with three people of whom the first two have each other as contacts.
type world struct {
	*apitest.World
	*Handlers
	t            *testing.T
	files        *files.Service
	contacts     *contacts.Service
	anna, bo, cy *rpc.Call
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		f := filestest.New(t, in.DB)
		c := in.Contacts
		p := photos.New(in.DB, in.Log, f, in.Users, images.New(images.Options{}))
		in.Groups.KeepPhotos(p.Swap)
		in.Channels.KeepPhotos(p.Swap)
		in.Messages.SetFiles(f)
		forms := file.New(f, dc)
		in.View.SetAlbum(view.Album{Photos: p, Forms: forms, DC: dc})
		w := &world{World: in, t: t, files: f, contacts: c, Handlers: New(Options{
			Photos: p, Users: in.Users, Groups: in.Groups, Channels: in.Channels, View: in.View, Forms: forms,
			Suggest: func(ctx context.Context, from, to ids.User, photo int64) error {
				_, err := in.Messages.Suggest(ctx, from, to, photo)
				return err
			},
		})}
		people := in.People(3)
		w.anna, w.bo, w.cy = apitest.Call(people[0]), apitest.Call(people[1]), apitest.Call(people[2])
		for _, pair := range [][2]*rpc.Call{{w.anna, w.bo}, {w.bo, w.anna}} {
			w.must(c.Add(t.Context(), pair[0].User, pair[1].User, contacts.Card{FirstName: "X"}, false))
		}
		fn(t, w)
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// user names somebody as viewer does.
func (w *world) user(viewer, other *rpc.Call) tg.InputUserClass {
	p := w.Peer(viewer.User, other.User.Peer()).(*tg.InputPeerUser)
	return &tg.InputUser{UserID: p.UserID, AccessHash: p.AccessHash}
}

// send saves a picture as u and returns how he names it; id makes it one of its own.
func (w *world) send(u *rpc.Call, id int64) tg.InputFileClass {
	w.t.Helper()
	m := image.NewGray(image.Rect(0, 0, 300, 300))
	for i := range m.Pix {
		m.Pix[i] = uint8(int64(i)*id/300 + id)
	}
	var b bytes.Buffer
	w.must(jpeg.Encode(&b, m, nil))
	in := &tg.InputFile{ID: id, Name: "me.jpg"}
	for part := range slices.Chunk(b.Bytes(), 1<<10) {
		w.must(w.files.SavePart(w.t.Context(), u.User, files.Part{File: id, Part: int(in.Parts), Data: part}))
		in.Parts++
	}
	return in
}

// set gives u a photo and returns it.
func (w *world) set(u *rpc.Call, id int64, fallback bool) *tg.Photo {
	w.t.Helper()
	got := must[*tg.PhotosPhoto](w.t, "photos.uploadProfilePhoto")(w.uploadProfilePhoto(w.t.Context(), u, &tg.PhotosUploadProfilePhoto{
		File: w.send(u, id), Fallback: fallback,
	}))
	return got.Photo.(*tg.Photo)
}

func must[O tl.Object](t testing.TB, method string) func(O, error) O {
	return apitest.Must[O](t, method)
}

// sees is the photo that viewer sees beside somebody's name; 0 for none.
func (w *world) sees(viewer, user *rpc.Call) (id int64) {
	w.t.Helper()
	u, err := w.View.User(w.t.Context(), viewer.User, user.User)
	w.must(err)
	p, ok := u.(*tg.User).Photo.(*tg.UserProfilePhoto)
	if !ok {
		return 0
	}
	if p.DCID != dc || len(p.StrippedThumb) == 0 {
		w.t.Errorf("got %+v", p)
	}
	return p.PhotoID
}

// loads returns a photo beside a name as upload.getFile would, or the error.
func (w *world) loads(viewer *rpc.Call, peer tg.InputPeerClass, photo int64, big bool) ([]byte, error) {
	w.t.Helper()
	at := &tg.InputPeerPhotoFileLocation{Peer: peer, PhotoID: photo, Big: big}
	c, ok, err := w.Locate(w.t.Context(), viewer, at)
	if err != nil {
		return nil, err
	}
	if _, jpeg := c.Type.(*tg.StorageFileJpeg); !ok || !jpeg {
		w.t.Errorf("got %+v, %v", c, ok)
	}
	return c.ReadAt(w.t.Context(), 0, int(c.Size))
}

// canLoad checks that both sizes are there.
func (w *world) canLoad(viewer *rpc.Call, peer tg.InputPeerClass, photo int64) {
	w.t.Helper()
	for _, big := range []bool{false, true} {
		data, err := w.loads(viewer, peer, photo, big)
		w.must(err)
		m, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil || m.Width != m.Height || big == (m.Width == 160) {
			w.t.Errorf("big %v: %+v, %v", big, m, err)
		}
	}
}

func (w *world) cannotLoad(viewer *rpc.Call, peer tg.InputPeerClass, photo int64) {
	w.t.Helper()
	_, err := w.loads(viewer, peer, photo, true)
	apitest.Refused(w.t, wireErrors, err, "FILE_ID_INVALID")
}

func input(p *tg.Photo) *tg.InputPhoto {
	return &tg.InputPhoto{ID: p.ID, AccessHash: p.AccessHash, FileReference: p.FileReference}
}

func TestProfilePhoto(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		one, two := w.set(w.anna, 1, false), w.set(w.anna, 2, false)
		types := ""
		for _, s := range two.Sizes {
			switch s := s.(type) {
			case *tg.PhotoStrippedSize:
				types += s.Type
			case *tg.PhotoSize:
				types += s.Type
			case *tg.PhotoSizeProgressive:
				types += s.Type
			}
		}
		if types != "iabc" || two.DCID != dc {
			t.Errorf("sizes %q of %+v", types, two)
		}
		if got := w.sees(w.bo, w.anna); got != two.ID {
			t.Errorf("sees %d, want %d", got, two.ID)
		}
		w.canLoad(w.bo, w.Peer(w.bo.User, w.anna.User.Peer()), two.ID)
		w.canLoad(w.bo, w.Peer(w.bo.User, w.anna.User.Peer()), one.ID) // one from before
		w.canLoad(w.anna, &tg.InputPeerSelf{}, two.ID)
		w.cannotLoad(w.bo, w.Peer(w.bo.User, w.bo.User.Peer()), two.ID)
		w.cannotLoad(w.bo, w.Peer(w.bo.User, w.anna.User.Peer()), 0)
		list := must[*tg.PhotosPhotos](t, "photos.getUserPhotos")(as[*tg.PhotosPhotos](w.getUserPhotos(ctx, w.bo, &tg.PhotosGetUserPhotos{
			UserID: w.user(w.bo, w.anna), Limit: 10,
		})))
		if len(list.Photos) != 2 || list.Photos[0].(*tg.Photo).ID != two.ID || len(list.Users) != 1 {
			t.Errorf("got %+v", list)
		}
		slice := must[*tg.PhotosPhotosSlice](t, "photos.getUserPhotos")(as[*tg.PhotosPhotosSlice](w.getUserPhotos(ctx, w.bo, &tg.PhotosGetUserPhotos{
			UserID: w.user(w.bo, w.anna), Offset: -1, MaxID: one.ID, Limit: 1,
		})))
		if slice.Count != 2 || len(slice.Photos) != 1 || slice.Photos[0].(*tg.Photo).ID != one.ID {
			t.Errorf("got %+v", slice)
		}
		must[*tg.PhotosPhoto](t, "photos.updateProfilePhoto")(w.updateProfilePhoto(ctx, w.anna, &tg.PhotosUpdateProfilePhoto{ID: input(one)}))
		if got := w.sees(w.bo, w.anna); got != one.ID {
			t.Errorf("after a choice sees %d, want %d", got, one.ID)
		}
		left := must[*tg.PhotosPhoto](t, "photos.updateProfilePhoto")(w.updateProfilePhoto(ctx, w.anna, &tg.PhotosUpdateProfilePhoto{ID: &tg.InputPhotoEmpty{}}))
		if p, ok := left.Photo.(*tg.Photo); !ok || p.ID != two.ID {
			t.Errorf("left: %+v", left.Photo)
		}
		gone, err := w.deletePhotos(ctx, w.anna, &tg.PhotosDeletePhotos{ID: []tg.InputPhotoClass{
			input(two), &tg.InputPhoto{ID: two.ID, AccessHash: 1}, &tg.InputPhotoEmpty{},
		}})
		if err != nil || !slices.Equal(gone, tg.LongVector{two.ID}) || w.sees(w.bo, w.anna) != 0 {
			t.Errorf("deleted %v, %v; sees %d", gone, err, w.sees(w.bo, w.anna))
		}
	})
}

// as narrows an answer.
func as[T any](o any, err error) (T, error) {
	narrow, _ := o.(T)
	return narrow, err
}

func TestPrivacyOfPhotos(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		own, strangers := w.set(w.anna, 1, false), w.set(w.anna, 2, true)
		peer := func(v *rpc.Call) tg.InputPeerClass { return w.Peer(v.User, w.anna.User.Peer()) }
		rules := []users.Rule{{Kind: users.AllowContacts}}
		w.must(w.Users.SetPrivacy(ctx, w.anna.User, users.ProfilePhoto, rules))
		if contact, stranger := w.sees(w.bo, w.anna), w.sees(w.cy, w.anna); contact != own.ID || stranger != strangers.ID {
			t.Errorf("a contact sees %d, a stranger %d; want %d and %d", contact, stranger, own.ID, strangers.ID)
		}
		w.canLoad(w.bo, peer(w.bo), own.ID)
		w.canLoad(w.cy, peer(w.cy), strangers.ID)
		w.cannotLoad(w.cy, peer(w.cy), own.ID)
		list := must[*tg.PhotosPhotos](t, "photos.getUserPhotos")(as[*tg.PhotosPhotos](w.getUserPhotos(ctx, w.cy, &tg.PhotosGetUserPhotos{
			UserID: w.user(w.cy, w.anna), Limit: 10,
		})))
		if len(list.Photos) != 0 {
			t.Errorf("a stranger gets %v", list.Photos)
		}
		shared, _, err := w.View.Shared(ctx, []ids.Peer{w.anna.User.Peer()})
		w.must(err)
		min := shared[0].(*tg.User)
		if p, ok := min.Photo.(*tg.UserProfilePhoto); !ok || p.PhotoID != strangers.ID || min.ApplyMinPhoto {
			t.Errorf("everybody gets %+v", min)
		}
		must[*tg.PhotosPhoto](t, "photos.updateProfilePhoto")(w.updateProfilePhoto(ctx, w.anna, &tg.PhotosUpdateProfilePhoto{
			Fallback: true, ID: &tg.InputPhotoEmpty{},
		}))
		if got := w.sees(w.cy, w.anna); got != 0 || w.sees(w.bo, w.anna) != own.ID {
			t.Errorf("without one for strangers a stranger sees %d", got)
		}
	})
}

func TestPhotoOfAContact(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		give := func(in *tg.PhotosUploadContactProfilePhoto) (*tg.PhotosPhoto, error) {
			in.UserID = w.user(w.bo, w.anna)
			return w.uploadContactProfilePhoto(ctx, w.bo, in)
		}
		own := w.set(w.anna, 1, false)
		got := must[*tg.PhotosPhoto](t, "photos.uploadContactProfilePhoto")(give(&tg.PhotosUploadContactProfilePhoto{File: w.send(w.bo, 2), Save: true}))
		given := got.Photo.(*tg.Photo)
		if p := got.Users[0].(*tg.User).Photo.(*tg.UserProfilePhoto); !p.Personal || p.PhotoID != given.ID {
			t.Errorf("got %+v", p)
		}
		if w.sees(w.anna, w.anna) != own.ID || w.sees(w.cy, w.anna) != own.ID {
			t.Error("others see it, too")
		}
		w.canLoad(w.bo, w.Peer(w.bo.User, w.anna.User.Peer()), given.ID)
		w.cannotLoad(w.cy, w.Peer(w.cy.User, w.anna.User.Peer()), given.ID)
		must[*tg.PhotosPhoto](t, "photos.uploadContactProfilePhoto")(give(&tg.PhotosUploadContactProfilePhoto{Save: true}))
		if got := w.sees(w.bo, w.anna); got != own.ID {
			t.Errorf("after that sees %d, want %d", got, own.ID)
		}
		_, err := w.uploadContactProfilePhoto(ctx, w.cy, &tg.PhotosUploadContactProfilePhoto{
			UserID: w.user(w.cy, w.anna), File: w.send(w.cy, 3),
		})
		apitest.Refused(t, wireErrors, err, "CONTACT_MISSING")
	})
}

func TestSuggestedPhoto(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.Render.SetPhotos(render.Photos(w.View.Photos))
		got := must[*tg.PhotosPhoto](t, "photos.uploadContactProfilePhoto")(w.uploadContactProfilePhoto(ctx, w.bo, &tg.PhotosUploadContactProfilePhoto{
			UserID: w.user(w.bo, w.anna), File: w.send(w.bo, 2), Suggest: true,
		}))
		photo := got.Photo.(*tg.Photo)
		m := w.Last(w.anna.User, w.bo.User.Peer())
		if m.Action == nil || m.Action.Kind != actions.SuggestPhoto || m.Action.Photo != photo.ID {
			t.Fatalf("got %+v", m)
		}
		shown, _, err := w.Render.Message(ctx, w.anna.User, m)
		w.must(err)
		suggested, ok := shown.(*tg.MessageService).Action.(*tg.MessageActionSuggestProfilePhoto)
		if !ok || suggested.Photo.(*tg.Photo).ID != photo.ID {
			t.Fatalf("shown: %+v", shown)
		}
		if w.sees(w.bo, w.anna) != 0 {
			t.Error("she has it already")
		}
		// She takes it: it is hers by the same number, and stays when the message goes.
		must[*tg.PhotosPhoto](t, "photos.updateProfilePhoto")(w.updateProfilePhoto(ctx, w.anna, &tg.PhotosUpdateProfilePhoto{
			ID: input(suggested.Photo.(*tg.Photo)),
		}))
		if got := w.sees(w.cy, w.anna); got != photo.ID {
			t.Errorf("sees %d, want %d", got, photo.ID)
		}
		_, err = w.uploadContactProfilePhoto(ctx, w.bo, &tg.PhotosUploadContactProfilePhoto{UserID: &tg.InputUserSelf{}, Suggest: true})
		apitest.Refused(t, wireErrors, err, "USER_ID_INVALID")
		_, err = w.uploadContactProfilePhoto(ctx, w.bo, &tg.PhotosUploadContactProfilePhoto{UserID: w.user(w.bo, w.anna), Suggest: true})
		apitest.Refused(t, wireErrors, err, "PHOTO_FILE_MISSING")
	})
}

func TestPhotosOfChats(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		group, channel := w.Group(w.anna.User, w.bo.User), w.Channel(false, w.anna.User, w.bo.User)
		for name, chat := range map[string]ids.Peer{"group": group, "channel": channel} {
			set := func(in tg.InputChatPhotoClass) int64 {
				t.Helper()
				p, err := w.View.ChatPhotoFromInput(ctx, w.anna.User, in)
				w.must(err)
				if chat.Channel() != 0 {
					_, err = w.Channels.SetPhoto(ctx, w.anna.User, chat.Channel(), p)
				} else {
					_, err = w.Groups.SetPhoto(ctx, w.anna.User, chat.Chat(), p)
				}
				w.must(err)
				return p.Photo
			}
			one := set(&tg.InputChatUploadedPhoto{File: w.send(w.anna, 7)})
			if m := w.Last(w.bo.User, chat); m.Action == nil || m.Action.Kind != actions.ChatPhoto || m.Action.Photo != one {
				t.Errorf("%s: last is %+v", name, m)
			}
			shows := func() int64 {
				t.Helper()
				list, err := w.View.Chats(ctx, w.bo.User, []ids.Peer{chat})
				w.must(err)
				var photo tg.ChatPhotoClass
				switch c := list[0].(type) {
				case *tg.Chat:
					photo = c.Photo
				case *tg.Channel:
					photo = c.Photo
				}
				p, ok := photo.(*tg.ChatPhoto)
				if !ok {
					return 0
				}
				return p.PhotoID
			}
			if got := shows(); got != one {
				t.Errorf("%s shows %d, want %d", name, got, one)
			}
			w.canLoad(w.bo, w.Peer(w.bo.User, chat), one)
			full, err := w.View.Photo(ctx, one)
			w.must(err)
			sent := w.set(w.bo, 8, false)
			two := set(&tg.InputChatPhoto{ID: input(sent)}) // one that is here already
			if got := shows(); got != two || two != sent.ID {
				t.Errorf("%s shows %d, want %d", name, got, two)
			}
			w.cannotLoad(w.bo, w.Peer(w.bo.User, chat), one)
			w.cannotLoad(w.bo, w.Peer(w.bo.User, chat), full.(*tg.Photo).ID+1000)
			set(&tg.InputChatPhotoEmpty{})
			if m := w.Last(w.bo.User, chat); shows() != 0 || m.Action.Kind != actions.ChatPhotoDelete {
				t.Errorf("%s shows %d; last is %+v", name, shows(), m.Action)
			}
		}
	})
}

func TestPhotoOfABot(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		var bot users.User
		w.must(w.DB.Write(ctx, func(tx *db.Tx) (err error) {
			info := &users.BotInfo{Owner: w.anna.User}
			bot, err = w.Users.Create(ctx, tx, users.NewUser{Username: "face_bot", FirstName: "Face", Bot: info})
			return err
		}))
		as := func(c *rpc.Call) tg.InputUserClass { return w.user(c, apitest.Call(bot.ID)) }
		got := must[*tg.PhotosPhoto](t, "photos.uploadProfilePhoto")(w.uploadProfilePhoto(ctx, w.anna, &tg.PhotosUploadProfilePhoto{
			Bot: as(w.anna), File: w.send(w.anna, 1),
		}))
		if u := got.Users[0].(*tg.User); u.ID != int64(bot.ID) || w.sees(w.bo, apitest.Call(bot.ID)) != got.Photo.(*tg.Photo).ID {
			t.Errorf("got %+v", got)
		}
		_, err := w.updateProfilePhoto(ctx, w.bo, &tg.PhotosUpdateProfilePhoto{Bot: as(w.bo), ID: &tg.InputPhotoEmpty{}})
		apitest.Refused(t, wireErrors, err, "BOT_INVALID")
		_, err = w.updateProfilePhoto(ctx, w.anna, &tg.PhotosUpdateProfilePhoto{Bot: w.user(w.anna, w.bo), ID: &tg.InputPhotoEmpty{}})
		apitest.Refused(t, wireErrors, err, "BOT_INVALID")
	})
}

func TestEmojiPhotoHasAPlainPictureBehind(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		markup := &tg.VideoSizeEmojiMarkup{EmojiID: 5, BackgroundColors: []int32{0xff0000, 0x00ff00}}
		got := must[*tg.PhotosPhoto](t, "photos.uploadProfilePhoto")(w.uploadProfilePhoto(t.Context(), w.anna, &tg.PhotosUploadProfilePhoto{
			VideoEmojiMarkup: markup,
		}))
		p := got.Photo.(*tg.Photo)
		if e, ok := p.VideoSizes[0].(*tg.VideoSizeEmojiMarkup); !ok || e.EmojiID != 5 || len(e.BackgroundColors) != 2 || len(p.Sizes) != 4 {
			t.Errorf("got %+v", p)
		}
		if u := got.Users[0].(*tg.User).Photo.(*tg.UserProfilePhoto); !u.HasVideo {
			t.Errorf("got %+v", u)
		}
		_, err := w.uploadProfilePhoto(t.Context(), w.anna, &tg.PhotosUploadProfilePhoto{})
		apitest.Refused(t, wireErrors, err, "PHOTO_FILE_MISSING")
		_, err = w.uploadProfilePhoto(t.Context(), w.anna, &tg.PhotosUploadProfilePhoto{VideoEmojiMarkup: &tg.VideoSize{}})
		apitest.Refused(t, wireErrors, err, "EMOJI_MARKUP_INVALID")
	})
}

func TestOtherLocationsAreLeftToOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, at := range []tg.InputFileLocationClass{&tg.InputPhotoFileLocation{}, &tg.InputDocumentFileLocation{}, nil} {
			if c, ok, err := w.Locate(t.Context(), w.anna, at); ok || err != nil || c.ReadAt != nil {
				t.Errorf("%T: %v, %v", at, ok, err)
			}
		}
	})
}

// Who was removed from a group sees no photo that it has since.
func TestPhotoOfAGroupIsNotForWhoWasRemoved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		group := w.Group(w.anna.User, w.bo.User)
		_, err := w.Groups.Remove(ctx, w.anna.User, group.Chat(), w.bo.User)
		w.must(err)
		p, err := w.View.ChatPhotoFromInput(ctx, w.anna.User, &tg.InputChatUploadedPhoto{File: w.send(w.anna, 9)})
		w.must(err)
		_, err = w.Groups.SetPhoto(ctx, w.anna.User, group.Chat(), p)
		w.must(err)
		w.cannotLoad(w.bo, w.Peer(w.bo.User, group), p.Photo)
		w.canLoad(w.anna, w.Peer(w.anna.User, group), p.Photo)
	})
}

// A group that becomes a supergroup keeps its photo; one that ends lets it go.
func TestPhotosOfChatsThatEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		holders := func(photo int64) (n int) {
			t.Helper()
			w.must(w.DB.Read(ctx, func(tx *db.Tx) error {
				return tx.QueryRow(ctx, `SELECT COUNT(*) FROM peer_photo WHERE photo = $1`, photo).Scan(&n)
			}))
			return n
		}
		set := func(chat ids.Peer, id int64) int64 {
			t.Helper()
			p, err := w.View.ChatPhotoFromInput(ctx, w.anna.User, &tg.InputChatUploadedPhoto{File: w.send(w.anna, id)})
			w.must(err)
			_, err = w.Groups.SetPhoto(ctx, w.anna.User, chat.Chat(), p)
			w.must(err)
			return p.Photo
		}
		old := w.Group(w.anna.User, w.bo.User)
		photo := set(old, 1)
		res, err := w.Channels.Migrate(ctx, w.anna.User, old.Chat())
		w.must(err)
		if res.Channel.Photo.Photo != photo || holders(photo) != 2 {
			t.Errorf("after the group has become a supergroup: %+v, %d hold it", res.Channel.Photo, holders(photo))
		}
		w.canLoad(w.bo, w.Peer(w.bo.User, res.Channel.ID.Peer()), photo)
		_, err = w.Channels.Delete(ctx, w.anna.User, res.Channel.ID)
		w.must(err)
		w.cannotLoad(w.bo, w.Peer(w.bo.User, res.Channel.ID.Peer()), photo)
		if n := holders(photo); n != 1 { // the group that it was
			t.Errorf("after the channel has ended %d hold it", n)
		}
		group := w.Group(w.anna.User, w.bo.User)
		photo = set(group, 2)
		w.must(w.Groups.Delete(ctx, w.anna.User, group.Chat()))
		if n := holders(photo); n != 0 {
			t.Errorf("after the group has ended %d hold it", n)
		}
	})
}
