package gotd

import (
	"bytes"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"github.com/gotd/td/telegram/thumbnail"
	"github.com/gotd/td/tg"
)

// TestPortraits gives people and chats photos and looks at them from all sides.
func TestPortraits(t *testing.T) {
	c := newClub(t)
	for name, test := range map[string]func(*testing.T, *club){
		"strangers": testFallbackPhoto, "contact": testContactPhoto, "suggestion": testSuggestedPhoto,
		"moving": testMovingPhoto, "chats": testPhotosAroundChats, "sharpening": testPhotosSharpen,
	} {
		t.Run(name, func(t *testing.T) { test(t, c) })
	}
}

// fetch loads the beginning of a file, as much as one call gives.
func (d *device) fetch(from tg.InputFileLocationClass) []byte {
	d.t.Helper()
	got := must(d.api.UploadGetFile(d.t.Context(), &tg.UploadGetFileRequest{Location: from, Limit: 512 << 10}))(d.t)
	return got.(*tg.UploadFile).Bytes
}

// face is the photo that a device sees beside a name; nil for none.
func (c *club) face(t *testing.T, as, of *device) *tg.UserProfilePhoto {
	t.Helper()
	in := tg.InputUserClass(&tg.InputUserSelf{})
	if as != of {
		in = c.who(as, of)
	}
	users := must(as.api.UsersGetUsers(t.Context(), []tg.InputUserClass{in}))(t)
	p, _ := users[0].(*tg.User).Photo.(*tg.UserProfilePhoto)
	return p
}

// wears gives a device's owner a photo and returns its id.
func (d *device) wears(fallback bool) int64 {
	d.t.Helper()
	req := &tg.PhotosUploadProfilePhotoRequest{Fallback: fallback}
	req.SetFile(d.upload("me.jpg", jpegOf(picture(700, 650))))
	return must(d.api.PhotosUploadProfilePhoto(d.t.Context(), req))(d.t).Photo.GetID()
}

func testFallbackPhoto(t *testing.T, c *club) {
	own, strangers := c.cleo.wears(false), c.cleo.wears(true)
	rule := func(rules ...tg.InputPrivacyRuleClass) {
		t.Helper()
		must(c.cleo.api.AccountSetPrivacy(t.Context(), &tg.AccountSetPrivacyRequest{Key: &tg.InputPrivacyKeyProfilePhoto{}, Rules: rules}))(t)
	}
	rule(&tg.InputPrivacyValueAllowUsers{Users: []tg.InputUserClass{c.who(c.cleo, c.bent)}}, &tg.InputPrivacyValueDisallowAll{})
	if bent, anna := c.face(t, c.bent, c.cleo), c.face(t, c.anna, c.cleo); bent.PhotoID != own || anna.PhotoID != strangers {
		t.Errorf("who may sees %d, who may not %d; want %d and %d", bent.PhotoID, anna.PhotoID, own, strangers)
	}
	full := must(c.anna.api.UsersGetFullUser(t.Context(), c.who(c.anna, c.cleo)))(t)
	if p, ok := full.FullUser.FallbackPhoto.(*tg.Photo); full.FullUser.ProfilePhoto != nil || !ok || p.ID != strangers {
		t.Errorf("page: %v, %v", full.FullUser.ProfilePhoto, full.FullUser.FallbackPhoto)
	}
	where := &tg.InputPeerPhotoFileLocation{Peer: c.peer(c.anna, c.cleo), PhotoID: strangers}
	c.anna.isJPEG(c.anna.fetch(where))
	where.PhotoID = own
	_, err := c.anna.api.UploadGetFile(t.Context(), &tg.UploadGetFileRequest{Location: where, Limit: 4096})
	refused(t, err, "FILE_ID_INVALID")
	rule(&tg.InputPrivacyValueAllowAll{})
	where.Big = true
	c.anna.isJPEG(c.anna.fetch(where))
	mine := must(c.cleo.api.UsersGetFullUser(t.Context(), &tg.InputUserSelf{}))(t)
	if p, ok := mine.FullUser.ProfilePhoto.(*tg.Photo); !ok || p.ID != own || mine.FullUser.FallbackPhoto.GetID() != strangers {
		t.Errorf("own page: %v, %v", mine.FullUser.ProfilePhoto, mine.FullUser.FallbackPhoto)
	}
}

func testContactPhoto(t *testing.T, c *club) {
	req := &tg.PhotosUploadContactProfilePhotoRequest{Save: true, UserID: c.who(c.anna, c.bent)}
	req.SetFile(c.anna.upload("bent.png", pngOf(picture(300, 300))))
	given := must(c.anna.api.PhotosUploadContactProfilePhoto(t.Context(), req))(t).Photo.GetID()
	wait(c.second, func(u *tg.UpdateUser) bool { return u.UserID == c.ids[c.bent] })
	for _, d := range []*device{c.anna, c.second} {
		if p := c.face(t, d, c.bent); p == nil || p.PhotoID != given || !p.Personal {
			t.Errorf("sees %v", p)
		}
	}
	if p := c.face(t, c.cleo, c.bent); p != nil && p.PhotoID == given {
		t.Error("another sees it, too")
	}
	c.second.isJPEG(c.second.fetch(&tg.InputPeerPhotoFileLocation{Big: true, Peer: c.peer(c.second, c.bent), PhotoID: given}))
	full := must(c.second.api.UsersGetFullUser(t.Context(), c.who(c.second, c.bent)))(t)
	if p, ok := full.FullUser.PersonalPhoto.(*tg.Photo); !ok || p.ID != given {
		t.Errorf("page: %v", full.FullUser.PersonalPhoto)
	}
	must(c.anna.api.PhotosUploadContactProfilePhoto(t.Context(), &tg.PhotosUploadContactProfilePhotoRequest{
		Save: true, UserID: c.who(c.anna, c.bent),
	}))(t)
	if p := c.face(t, c.second, c.bent); p != nil && p.Personal {
		t.Errorf("still sees %v", p)
	}
}

func testSuggestedPhoto(t *testing.T, c *club) {
	req := &tg.PhotosUploadContactProfilePhotoRequest{Suggest: true, UserID: c.who(c.bent, c.anna)}
	req.SetFile(c.bent.upload("anna.png", pngOf(picture(400, 400))))
	sent := must(c.bent.api.PhotosUploadContactProfilePhoto(t.Context(), req))(t).Photo.GetID()
	service[*tg.MessageActionSuggestProfilePhoto](c.bent, &tg.PeerUser{UserID: c.ids[c.anna]}) // the device that asked
	for _, d := range []*device{c.anna, c.second} {
		a := service[*tg.MessageActionSuggestProfilePhoto](d, &tg.PeerUser{UserID: c.ids[c.bent]})
		p, ok := a.Photo.(*tg.Photo)
		if !ok || p.ID != sent {
			t.Fatalf("suggested: %v", a.Photo)
		}
		if d != c.second {
			continue
		}
		c.second.isJPEG(c.second.fetch(&tg.InputPhotoFileLocation{
			ID: p.ID, AccessHash: p.AccessHash, FileReference: p.FileReference, ThumbSize: "c",
		}))
		must(c.second.api.PhotosUpdateProfilePhoto(t.Context(), &tg.PhotosUpdateProfilePhotoRequest{ID: p.AsInput()}))(t)
	}
	if p := c.face(t, c.cleo, c.anna); p == nil || p.PhotoID != sent {
		t.Errorf("taken: %v", p)
	}
}

// A movie with no content: it is kept as it is given.
func testMovingPhoto(t *testing.T, c *club) {
	movie := append([]byte("\x00\x00\x00\x10ftypmp42\x00\x00\x00\x00\x00\x00\x04\x00mdat"), random(1016)...)
	req := &tg.PhotosUploadProfilePhotoRequest{}
	req.SetFile(c.cleo.upload("still.jpg", jpegOf(picture(640, 640))))
	req.SetVideo(c.cleo.upload("me.mp4", movie))
	req.SetVideoStartTs(0.5)
	p := must(c.cleo.api.PhotosUploadProfilePhoto(t.Context(), req))(t).Photo.(*tg.Photo)
	v, ok := p.VideoSizes[0].(*tg.VideoSize)
	if !ok || v.Size != len(movie) || v.VideoStartTs != 0.5 {
		t.Fatalf("got %v", p.VideoSizes)
	}
	got := c.bent.fetch(&tg.InputPhotoFileLocation{ID: p.ID, AccessHash: p.AccessHash, FileReference: p.FileReference, ThumbSize: v.Type})
	if !bytes.Equal(got, movie) {
		t.Errorf("%d bytes of %d came back", len(got), len(movie))
	}
	if f := c.face(t, c.bent, c.cleo); f.PhotoID != p.ID || !f.HasVideo {
		t.Errorf("sees %v", f)
	}
	req.SetVideo(c.cleo.upload("me.avi", random(1000)))
	_, err := c.cleo.api.PhotosUploadProfilePhoto(t.Context(), req)
	refused(t, err, "VIDEO_FILE_INVALID")
}

// testPhotosAroundChats looks for the photo of a chat wherever it shows: beside its name, in its history, behind links, in
// the log of admins, and from a message that was forwarded from it.
func testPhotosAroundChats(t *testing.T, c *club) {
	ch := c.channel(t, "Faces")
	set := &tg.InputChatUploadedPhoto{}
	set.SetFile(c.anna.upload("chat.jpg", jpegOf(picture(700, 700))))
	made := must(c.anna.api.ChannelsEditPhoto(t.Context(), &tg.ChannelsEditPhotoRequest{Channel: ch, Photo: set}))(t)
	face, ok := one[*tg.Channel](t, chats(made)).Photo.(*tg.ChatPhoto)
	if !ok {
		t.Fatalf("got %v", made)
	}
	tiny := must(thumbnail.Expand(face.StrippedThumb))(t)
	if m, err := jpeg.Decode(bytes.NewReader(tiny)); err != nil || m.Bounds().Dx() != 40 {
		t.Errorf("stripped: %v", err)
	}
	link := c.export(t, c.chat(c.anna, ch), func(*tg.MessagesExportChatInviteRequest) {})
	stranger := c.s.login(t, intermediate, newNumber(), "Stranger")
	shown := must(stranger.api.MessagesCheckChatInvite(t.Context(), hashOf(link.Link)))(t).(*tg.ChatInvite)
	stranger.photoSizes(shown.Photo.(*tg.Photo))
	log := must(c.anna.api.ChannelsGetAdminLog(t.Context(), &tg.ChannelsGetAdminLogRequest{Channel: ch, Limit: 50}))(t)
	found := false
	for _, e := range log.Events {
		if a, ok := e.Action.(*tg.ChannelAdminLogEventActionChangePhoto); ok {
			found = a.NewPhoto.GetID() == face.PhotoID
		}
	}
	if !found {
		t.Errorf("the admins read %v", log.Events)
	}
	group := c.group(t, "Faces, too")
	for range 2 {
		set.SetFile(c.anna.upload("chat.jpg", jpegOf(picture(300, 300))))
		must(c.anna.api.MessagesEditChatPhoto(t.Context(), &tg.MessagesEditChatPhotoRequest{ChatID: group, Photo: set}))(t)
	}
	all := must(c.bent.api.MessagesSearch(t.Context(), &tg.MessagesSearchRequest{
		Peer: &tg.InputPeerChat{ChatID: group}, Filter: &tg.InputMessagesFilterChatPhotos{}, Limit: 10,
	}))(t).(*tg.MessagesMessages)
	if len(all.Messages) != 2 {
		t.Errorf("found %v", all.Messages)
	}
	testFaceFromMessage(t, c, stranger)
}

// A member of a group whom one does not know has a photo that can be loaded by a message of his.
func testFaceFromMessage(t *testing.T, c *club, stranger *device) {
	t.Helper()
	id := stranger.wears(false)
	group := c.supergroup(t, "Strangers")
	link := c.export(t, c.chat(c.anna, group), func(*tg.MessagesExportChatInviteRequest) {})
	must(stranger.api.MessagesImportChatInvite(t.Context(), hashOf(link.Link)))(t)
	c.names[stranger], c.ids[stranger], c.hashes[stranger] = "Stranger", stranger.self().ID, map[int64]int64{}
	c.find(t, stranger, group.ChannelID)
	must(stranger.api.MessagesSendMessage(t.Context(), &tg.MessagesSendMessageRequest{
		Peer: c.chat(stranger, group), Message: "hello from a stranger", RandomID: rand.Int64(),
	}))(t)
	m := wait(c.bent, func(u *tg.UpdateNewChannelMessage) bool {
		m, ok := u.Message.(*tg.Message)
		return ok && m.Message == "hello from a stranger"
	}).Message.(*tg.Message)
	c.bent.isJPEG(c.bent.fetch(&tg.InputPeerPhotoFileLocation{PhotoID: id, Peer: &tg.InputPeerUserFromMessage{
		Peer: c.chat(c.bent, group), MsgID: m.ID, UserID: c.ids[stranger],
	}}))
}

// What is loaded of a large photo up to any of the sizes that the server tells is the whole picture, coarser.
func testPhotosSharpen(t *testing.T, c *club) {
	up := &tg.InputMediaUploadedPhoto{File: c.anna.upload("large.jpg", jpegOf(picture(1500, 1000)))}
	p := photo(t, c.anna.sendMedia(c.peer(c.anna, c.bent), up, "large"))
	last, ok := p.Sizes[len(p.Sizes)-1].(*tg.PhotoSizeProgressive)
	if !ok || last.W != 1500 || last.H != 1000 || len(last.Sizes) < 3 {
		t.Fatalf("got %v", p.Sizes)
	}
	data := c.bent.fetch(&tg.InputPhotoFileLocation{
		ID: p.ID, AccessHash: p.AccessHash, FileReference: p.FileReference, ThumbSize: last.Type,
	})
	for _, n := range last.Sizes {
		if n > len(data) {
			t.Fatalf("%d bytes of %d", len(data), n)
		}
		m, err := jpeg.Decode(bytes.NewReader(append(bytes.Clone(data[:n]), 0xff, 0xd9)))
		if err != nil || m.Bounds().Dx() != 1500 {
			t.Errorf("up to %d: %v", n, err)
		}
	}
}
