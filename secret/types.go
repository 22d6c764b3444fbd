package secret

import "time"

// A ChatID names a secret chat on the server, alike for both sides.
type ChatID int32

// A User is the person on the other side, as the server names people to this device.
type User struct{ ID, AccessHash int64 }

// A State is how far a chat is.
type State int

// The states of a chat.
const (
	// Asked means that this side asked and waits for the other to accept.
	Asked State = iota + 1
	// Offered means that the other side asked; Accept or Discard answers.
	Offered
	// Accepting means that this side accepted and the server has not confirmed it.
	Accepting
	// Ready means that messages flow.
	Ready
	// Ended means that one side discarded the chat. Its keys are gone.
	Ended
)

// A Chat is what a program shows of a secret chat.
type Chat struct {
	ID      ChatID
	State   State
	Partner int64 // the other user
	Creator bool  // whether this side asked for the chat
	Since   time.Time
	// TTL is the timer that new messages get, in whole seconds; 0 means that they stay.
	TTL time.Duration
	// Layer is the newest layer that the other side is known to understand.
	Layer int
	// Fingerprint is what the two people compare; it is zero before Ready.
	Fingerprint Fingerprint
	// KeyID is the fingerprint of the key in use, and KeyUses how many messages were sealed or opened with it.
	KeyID   int64
	KeyUses int
	// Waiting counts the messages of the other side that are held back behind a gap.
	Waiting int
}

// A Message is an entry of the history of a chat.
type Message struct {
	// ID is the random id that the sender chose. It names the message on both sides.
	ID   int64
	Chat ChatID
	// Out tells that this side sent it.
	Out  bool
	Date time.Time

	Text     string
	Entities []Entity `json:",omitempty"`
	Media    *Media   `json:",omitempty"`
	// ReplyTo is the ID of the message that is answered; 0 for none.
	ReplyTo int64 `json:",omitempty"`
	// ViaBot is the name of the bot that helped to write it.
	ViaBot string `json:",omitempty"`
	Silent bool   `json:",omitempty"`
	// Group is common to the messages of an album; 0 for none.
	Group int64 `json:",omitempty"`
	// TTL is how long the message lives once it was read, in whole seconds; 0 means for ever.
	TTL time.Duration `json:",omitempty"`
	// Action is set for a service message, which has nothing of the above.
	Action *Action `json:",omitempty"`
	// Unsupported tells that the message came from a newer program and cannot be shown.
	Unsupported bool `json:",omitempty"`

	Status Status
	// Opened is when the countdown began, Destroy when the message goes; both zero before that.
	Opened  time.Time `json:",omitzero"`
	Destroy time.Time `json:",omitzero"`

	// Seq is the number of the message among those of its side, and Seen how many of the other side's its sender
	// had interpreted when it was made: it belongs behind that many.
	Seq, Seen int
	// Order is the place in the history of this device.
	Order int64
}

// A Status tells what became of a message.
type Status int

// The states of a message. One that came in is Received or Read.
const (
	Sending  Status = iota + 1
	Sent            // the server has it
	Arrived         // the other device has interpreted it
	Read            // the other person, or for a message that came in this one, has read it
	Failed          // the server refused it; the other side got an empty message in its place
	Received        // it came in and was not read yet
)

// An Action is what a service message in the history tells. One field is set.
type Action struct {
	// SetTTL tells that the timer of the chat was changed.
	SetTTL *time.Duration `json:",omitempty"`
	// Screenshot lists the messages that were on a screenshot; empty when the program could not tell.
	Screenshot *[]int64 `json:",omitempty"`
}

// An EntityKind says what a stretch of text is.
type EntityKind int

// The kinds of entities.
const (
	Mention EntityKind = iota + 1
	Hashtag
	BotCommand
	URL
	Email
	Bold
	Italic
	Code
	Pre      // Value is the language
	TextURL  // Value is the address
	UserName // a mention of a user without a public name; Number is the user
	Phone
	Cashtag
	BankCard
	Underline
	Strike
	Blockquote
	Spoiler
	CustomEmoji // Number is the document
	UnknownEntity
)

// An Entity marks a stretch of a message's text. Offset and Length count UTF-16 code units.
// Spec: https://core.telegram.org/api/entities
type Entity struct {
	Kind           EntityKind
	Offset, Length int
	Value          string `json:",omitempty"`
	Number         int64  `json:",omitempty"`
}

// A Media is what hangs on a message. One field is set.
type Media struct {
	Photo    *Photo    `json:",omitempty"`
	Video    *Video    `json:",omitempty"`
	Audio    *Audio    `json:",omitempty"`
	Document *Document `json:",omitempty"`
	Location *Location `json:",omitempty"`
	Venue    *Venue    `json:",omitempty"`
	Contact  *Contact  `json:",omitempty"`
	WebPage  *WebPage  `json:",omitempty"`
	External *External `json:",omitempty"`
}

// A Thumb is a small JPEG, of at most some kilobytes.
type Thumb struct {
	JPEG          []byte
	Width, Height int
}

// A Photo is a picture. The caption is also the text of the message for programs of today.
type Photo struct {
	File          File
	Thumb         Thumb
	Width, Height int
	Caption       string `json:",omitempty"`
}

// A Video is a film.
type Video struct {
	File          File
	Thumb         Thumb
	Width, Height int
	Duration      time.Duration // whole seconds
	MIME          string
	Caption       string `json:",omitempty"`
}

// An Audio is a voice message in the form of old programs; today they are Documents.
type Audio struct {
	File     File
	Duration time.Duration // whole seconds
	MIME     string
}

// A Document is any file. Its attributes say what it is for.
type Document struct {
	File       File
	Thumb      Thumb
	MIME       string
	Attributes Attributes
	Caption    string `json:",omitempty"`
}

// Attributes say what a document is. Fields that do not apply are zero.
type Attributes struct {
	Name          string             `json:",omitempty"`
	Width, Height int                `json:",omitempty"` // of a picture
	Animated      bool               `json:",omitempty"`
	Video         *VideoAttributes   `json:",omitempty"`
	Audio         *AudioAttributes   `json:",omitempty"`
	Sticker       *StickerAttributes `json:",omitempty"`
}

// VideoAttributes make a document a film.
type VideoAttributes struct {
	Width, Height int
	Duration      time.Duration // whole seconds
	Round         bool
}

// AudioAttributes make a document a voice message or a piece of music.
type AudioAttributes struct {
	Duration         time.Duration // whole seconds
	Voice            bool
	Title, Performer string `json:",omitempty"`
	Waveform         []byte `json:",omitempty"`
}

// StickerAttributes make a document a sticker. Set is the short name of its set, "" if it has none.
type StickerAttributes struct{ Alt, Set string }

// A Location is a point on the earth, in degrees.
type Location struct{ Latitude, Longitude float64 }

// A Venue is a place with a name.
type Venue struct {
	Location
	Title, Address, Provider, ID string
}

// A Contact is somebody's address book entry.
type Contact struct {
	Phone, First, Last string
	User               int64 // 0 if unknown
}

// A WebPage is a link that is shown with a preview.
type WebPage struct{ URL string }

// An External is a document of the cloud, a sticker say, that the server has unencrypted and everybody may load.
type External struct {
	ID, AccessHash int64
	Date           time.Time
	MIME           string
	Size           int64
	DC             int
	Thumb          ExternalThumb
	Attributes     Attributes
}

// An ExternalThumb is the preview of an External: bytes that are in the message, or the place where they are.
type ExternalThumb struct {
	Type          string `json:",omitempty"`
	Width, Height int    `json:",omitempty"`
	Size          int    `json:",omitempty"`
	Bytes         []byte `json:",omitempty"`
	DC            int    `json:",omitempty"`
	Volume        int64  `json:",omitempty"`
	Local         int    `json:",omitempty"`
	Secret        int64  `json:",omitempty"`
}

// A File is an encrypted file: what the message says of it, which the server never sees, and where the server has it.
type File struct {
	// Size is that of the plain content in bytes; Key and IV, 32 bytes each, open it.
	Size    int64
	Key, IV []byte

	// Place is where the server has it; its ID is 0 before it was sent.
	Place FilePlace
	// Upload names parts that were uploaded and not yet sent.
	Upload *Upload `json:",omitempty"`
}

// A FilePlace is where the server has an encrypted file.
// Spec: https://core.telegram.org/constructor/encryptedFile
type FilePlace struct {
	ID, AccessHash int64
	Size           int64 // with its padding
	DC             int
	// Fingerprint is that of the key, see FileFingerprint.
	Fingerprint int32
}

// An Upload names the uploaded parts of a file.
// Spec: https://core.telegram.org/api/files#uploading-files
type Upload struct {
	ID    int64
	Parts int
	MD5   string // hexadecimal, "" for a big one
	// Big tells that the parts were uploaded with upload.saveBigFilePart.
	Big bool
}

// A Typing is what somebody is doing.
type Typing int

// What somebody may be doing.
const (
	Writing Typing = iota + 1
	Stopped
	RecordingVideo
	SendingVideo
	RecordingVoice
	SendingVoice
	SendingPhoto
	SendingDocument
	ChoosingLocation
	ChoosingContact
	RecordingRound
	SendingRound
)
