package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// A person is somebody of the small world, signed in on one connection.
type person struct {
	name, last, username, about string
	phone                       string
	look                        look
	client                      *client.Client
	id                          int64
	stopped                     chan struct{}   // closed when the connection has ended
	known                       map[int64]int64 // access hashes of others
	channels                    map[int64]int64 // access hashes of channels
}

var errAnswer = errors.New("unexpected answer")

// number is the i-th test number that the world uses.
func number(i int) (phone, code string) {
	phone = fmt.Sprintf("999661%04d", i+1)
	return phone, strings.Repeat("1", 5)
}

// connect opens a connection and reads from it until close.
func (p *person) connect(ctx context.Context, address string, key crypto.PublicKey, group *crypto.Group) (err error) {
	p.known, p.channels = map[int64]int64{}, map[int64]int64{}
	p.client, err = client.Dial(ctx, client.Options{
		Address: address, Exchange: handshake.ClientOptions{Keys: []crypto.PublicKey{key}, Group: group, DC: 2}, Wrap: announce, Plain: true,
	})
	if err != nil {
		return fmt.Errorf("reach the server: %w", err)
	}
	p.stopped = make(chan struct{})
	go func() {
		_ = p.client.Run(context.WithoutCancel(ctx)) // requests that it cuts short say so
		close(p.stopped)
	}()
	return nil
}

func (p *person) close() {
	if p.client != nil {
		_ = p.client.Close() // nothing is lost by it
		<-p.stopped
	}
}

// announce wraps the first request of a connection.
func announce(body []byte) []byte {
	inner := tl.Encode(&tg.InitConnection{
		APIID: 1, DeviceModel: "demo", SystemVersion: "1", AppVersion: "1", SystemLangCode: "en", LangCode: "en", Query: body,
	}, 0)
	return tl.Encode(&tg.InvokeWithLayer{Layer: tg.Newest, Query: inner}, 0)
}

// ask sends a request and decodes the answer.
func ask[T any](ctx context.Context, p *person, request tl.Object, decode func(*tl.Reader) T) (T, error) {
	return client.Ask(ctx, p.client, request, decode)
}

// signUp makes an account for the number, or enters the one that it has.
func (p *person) signUp(ctx context.Context, phone, code string) error {
	p.phone = phone
	sent, err := ask(ctx, p, &tg.AuthSendCode{
		PhoneNumber: phone, APIID: 1, APIHash: "demo", Settings: new(tg.CodeSettings),
	}, tg.DecodeAuthSentCodeClass)
	if err != nil {
		return err
	}
	s, ok := sent.(*tg.AuthSentCode)
	if !ok {
		return fmt.Errorf("%s: %w", sent.TLName(), errAnswer)
	}
	in, err := ask(ctx, p, &tg.AuthSignIn{PhoneNumber: phone, PhoneCodeHash: s.PhoneCodeHash, PhoneCode: &code}, tg.DecodeAuthAuthorizationClass)
	if err != nil {
		return err
	}
	if _, isNew := in.(*tg.AuthAuthorizationSignUpRequired); !isNew {
		return ErrFilled
	}
	in, err = ask(ctx, p, &tg.AuthSignUp{
		PhoneNumber: phone, PhoneCodeHash: s.PhoneCodeHash, FirstName: p.name, LastName: p.last,
	}, tg.DecodeAuthAuthorizationClass)
	if err != nil {
		return err
	}
	return p.welcome(in)
}

// welcome takes the own id out of an authorization.
func (p *person) welcome(in tg.AuthAuthorizationClass) error {
	a, ok := in.(*tg.AuthAuthorization)
	if !ok {
		return fmt.Errorf("%s: %w", in.TLName(), errAnswer)
	}
	self, ok := a.User.(*tg.User)
	if !ok {
		return fmt.Errorf("authorization without a user: %w", errAnswer)
	}
	p.id = self.ID
	return nil
}

// introduce gives p a username, a line about himself and a face, and says that he is here.
func (p *person) introduce(ctx context.Context, face []byte) error {
	if _, err := ask(ctx, p, &tg.AccountUpdateUsername{Username: p.username}, tg.DecodeUserClass); err != nil {
		return err
	}
	if _, err := ask(ctx, p, &tg.AccountUpdateProfile{About: &p.about}, tg.DecodeUserClass); err != nil {
		return err
	}
	file, err := p.upload(ctx, "face.jpg", face)
	if err != nil {
		return err
	}
	if _, err = ask(ctx, p, &tg.PhotosUploadProfilePhoto{File: file}, tg.DecodePhotosPhoto); err != nil {
		return err
	}
	_, err = ask(ctx, p, new(tg.AccountUpdateStatus), decodeBool)
	return err
}

// meet makes contacts of others.
func (p *person) meet(ctx context.Context, others []*person) error {
	var list []*tg.InputPhoneContact
	for i, o := range others {
		if o != p {
			list = append(list, &tg.InputPhoneContact{ClientID: int64(i), Phone: o.phone, FirstName: o.name, LastName: o.last})
		}
	}
	found, err := ask(ctx, p, &tg.ContactsImportContacts{Contacts: list}, tg.DecodeContactsImportedContacts)
	if err != nil {
		return err
	}
	p.learn(found.Users, nil)
	return nil
}

func (p *person) learn(users []tg.UserClass, chats []tg.ChatClass) {
	for _, u := range users {
		if u, ok := u.(*tg.User); ok && u.AccessHash != nil {
			p.known[u.ID] = *u.AccessHash
		}
	}
	for _, c := range chats {
		if c, ok := c.(*tg.Channel); ok && c.AccessHash != nil {
			p.channels[c.ID] = *c.AccessHash
		}
	}
}

// A place is where something can be written, as its people address it.
type place func(p *person) tg.InputPeerClass

func with(o *person) place {
	return func(p *person) tg.InputPeerClass { return &tg.InputPeerUser{UserID: o.id, AccessHash: p.known[o.id]} }
}

func inChannel(id int64) place {
	return func(p *person) tg.InputPeerClass {
		return &tg.InputPeerChannel{ChannelID: id, AccessHash: p.channels[id]}
	}
}

func (p *person) user(o *person) tg.InputUserClass {
	return &tg.InputUser{UserID: o.id, AccessHash: p.known[o.id]}
}

func (p *person) channel(id int64) tg.InputChannelClass {
	return &tg.InputChannel{ChannelID: id, AccessHash: p.channels[id]}
}

const partSize = 128 << 10 // bytes

// upload brings a small file.
func (p *person) upload(ctx context.Context, name string, data []byte) (*tg.InputFile, error) {
	f := &tg.InputFile{ID: rand.Int64(), Name: name}
	for r := bytes.NewBuffer(data); r.Len() > 0; f.Parts++ {
		part := r.Next(partSize)
		if _, err := ask(ctx, p, &tg.UploadSaveFilePart{FileID: f.ID, FilePart: f.Parts, Bytes: part}, decodeBool); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func decodeBool(r *tl.Reader) bool { return r.Bool() }
