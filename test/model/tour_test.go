package model

import (
	"context"
	"fmt"

	"hermod/internal/tl/tg"
)

// tour does once what the operations do not: pictures of people, stickers, GIFs, albums, shared media and secret chats. It
// runs the statements behind them; what they mean is tested elsewhere.
func (w *world) tour(ctx context.Context) error {
	for i, d := range w.devices {
		for _, step := range []func(context.Context, *device, int) error{tourPictures, tourStickers, tourSharedMedia, tourSecrets} {
			if err := step(ctx, d, i); err != nil {
				return fmt.Errorf("%s: %w", d.name, err)
			}
		}
	}
	return nil
}

func tourPictures(ctx context.Context, d *device, i int) error {
	if err := d.do(ctx, &tg.UploadSaveFilePart{FileID: int64(i), Bytes: square(640)}); err != nil {
		return err
	}
	file := &tg.InputFile{ID: int64(i), Parts: 1, Name: "me.png"}
	made, err := ask(ctx, d, &tg.PhotosUploadProfilePhoto{File: file}, tg.DecodePhotosPhoto)
	if err != nil {
		return err
	}
	for _, o := range append(d.others(), d.box.self) {
		if err := d.do(ctx, &tg.PhotosGetUserPhotos{UserID: d.user(o), Limit: 10}); err != nil {
			return err
		}
	}
	p := made.Photo.(*tg.Photo)
	return d.do(ctx, &tg.PhotosDeletePhotos{ID: []tg.InputPhotoClass{
		&tg.InputPhoto{ID: p.ID, AccessHash: p.AccessHash, FileReference: p.FileReference},
	}})
}

// document makes a document of a file that is on its way.
func (d *device) document(ctx context.Context, mime string, content []byte, attributes ...tg.DocumentAttributeClass) (*tg.InputDocument, error) {
	id := d.w.rnd.Int64()
	if err := d.do(ctx, &tg.UploadSaveFilePart{FileID: id, Bytes: content}); err != nil {
		return nil, err
	}
	media, err := ask(ctx, d, &tg.MessagesUploadMedia{Peer: new(tg.InputPeerSelf), Media: &tg.InputMediaUploadedDocument{
		File: &tg.InputFile{ID: id, Parts: 1, Name: "file"}, MimeType: mime, Attributes: attributes,
	}}, tg.DecodeMessageMediaClass)
	if err != nil {
		return nil, err
	}
	doc := media.(*tg.MessageMediaDocument).Document.(*tg.Document)
	return &tg.InputDocument{ID: doc.ID, AccessHash: doc.AccessHash, FileReference: doc.FileReference}, nil
}

func tourStickers(ctx context.Context, d *device, i int) error {
	still, err := d.document(ctx, "image/png", square(512), &tg.DocumentAttributeImageSize{W: 512, H: 512})
	if err != nil {
		return err
	}
	name := fmt.Sprintf("tour_%d", i)
	err = d.do(ctx, &tg.StickersCreateStickerSet{UserID: new(tg.InputUserSelf), Title: "Tour", ShortName: name, Stickers: []*tg.InputStickerSetItem{
		{Document: still, Emoji: "🙂"},
	}})
	if err != nil {
		return err
	}
	set := &tg.InputStickerSetShortName{ShortName: name}
	if err := d.do(ctx, &tg.MessagesInstallStickerSet{Stickerset: set}); err != nil {
		return err
	}
	if err := d.do(ctx, &tg.MessagesGetStickerSet{Stickerset: set}); err != nil {
		return err
	}
	gif, err := d.document(ctx, "video/mp4", []byte(name), &tg.DocumentAttributeVideo{W: 10, H: 10, Nosound: true}, new(tg.DocumentAttributeAnimated))
	if err != nil {
		return err
	}
	if err := d.do(ctx, &tg.MessagesSaveGif{ID: gif}); err != nil {
		return err
	}
	return d.do(ctx, new(tg.MessagesGetSavedGifs))
}

func tourSharedMedia(ctx context.Context, d *device, _ int) error {
	for _, peer := range append(d.where(func(int64, *info) bool { return true }), d.others()...) {
		for _, filter := range []tg.MessagesFilterClass{
			&tg.InputMessagesFilterPhotos{}, &tg.InputMessagesFilterPhotoVideo{}, &tg.InputMessagesFilterDocument{},
			&tg.InputMessagesFilterVoice{}, &tg.InputMessagesFilterGif{},
		} {
			if err := d.do(ctx, &tg.MessagesSearch{Peer: d.peer(peer), Filter: filter, Limit: 20}); err != nil {
				return err
			}
		}
	}
	return nil
}

// tourSecrets asks for a secret chat, which is discarded; nobody computes a key for it.
func tourSecrets(ctx context.Context, d *device, i int) error {
	half := make([]byte, 256)
	for at := range half {
		half[at] = byte(at + i + 1)
	}
	chat, err := ask(ctx, d, &tg.MessagesRequestEncryption{UserID: d.user(d.others()[0]), RandomID: int32(i) + 1, GA: half}, tg.DecodeEncryptedChatClass)
	if err != nil {
		return err
	}
	return d.do(ctx, &tg.MessagesDiscardEncryption{ChatID: chat.(*tg.EncryptedChatWaiting).ID, DeleteHistory: true})
}
