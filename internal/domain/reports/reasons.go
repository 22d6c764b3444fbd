package reports

import "strings"

// An Option is a reason to report, or a group of such, as a person is offered them.
type Option struct {
	Key  string // what the client sends back; reasons within a group begin with its key and a dot
	Text string
	Sub  []Option
	// Comment says that the reporter is asked for words: 1 he may, 2 he must.
	Comment int
}

// Whether words are asked for.
const (
	mayComment  = 1
	mustComment = 2
)

// tree is what a message can be reported for.
var tree = Option{Text: "Report", Sub: []Option{
	{Key: "dislike", Text: "I don't like it"},
	{Key: "child", Text: "Child abuse", Sub: []Option{
		{Key: "child.sexual", Text: "Child sexual abuse"},
		{Key: "child.physical", Text: "Child physical abuse"},
	}},
	{Key: "violence", Text: "Violence", Sub: []Option{
		{Key: "violence.threat", Text: "Threats or incitement", Comment: mayComment},
		{Key: "violence.graphic", Text: "Graphic or disturbing content"},
		{Key: "violence.hate", Text: "Hate speech or symbols"},
		{Key: "violence.terror", Text: "Terrorism"},
		{Key: "violence.animals", Text: "Animal abuse"},
	}},
	{Key: "illegal", Text: "Illegal goods and services", Sub: []Option{
		{Key: "illegal.weapons", Text: "Weapons"},
		{Key: "illegal.drugs", Text: "Drugs"},
		{Key: "illegal.documents", Text: "Fake documents"},
		{Key: "illegal.money", Text: "Counterfeit money"},
		{Key: "illegal.other", Text: "Other goods and services", Comment: mayComment},
	}},
	{Key: "porn", Text: "Illegal adult content", Sub: []Option{
		{Key: "porn.consent", Text: "Non-consensual imagery"},
		{Key: "porn.other", Text: "Other illegal adult content", Comment: mayComment},
	}},
	{Key: "personal", Text: "Personal data", Sub: []Option{
		{Key: "personal.image", Text: "Private images", Comment: mayComment},
		{Key: "personal.phone", Text: "Phone number", Comment: mayComment},
		{Key: "personal.address", Text: "Address", Comment: mayComment},
		{Key: "personal.other", Text: "Other personal data", Comment: mayComment},
	}},
	{Key: "fraud", Text: "Scam or fraud", Sub: []Option{
		{Key: "fraud.impersonation", Text: "Impersonation", Comment: mayComment},
		{Key: "fraud.phishing", Text: "Phishing", Comment: mayComment},
		{Key: "fraud.other", Text: "Other deception", Comment: mayComment},
	}},
	{Key: "copyright", Text: "Copyright", Comment: mustComment},
	{Key: "spam", Text: "Spam"},
	{Key: "other", Text: "Other", Comment: mustComment},
	{Key: "ours", Text: "It's not illegal, but must be taken down", Comment: mustComment},
}}

// Choose returns what follows a client's choice of key, "" for none yet: further options, or a reason. It fails with
// ErrReason.
func Choose(key string) (Option, error) {
	at := tree
	for at.Key != key {
		next, ok := step(at, key)
		if !ok {
			return Option{}, ErrReason
		}
		at = next
	}
	return at, nil
}

func step(at Option, key string) (Option, bool) {
	for _, o := range at.Sub {
		if o.Key == key || strings.HasPrefix(key, o.Key+".") {
			return o, true
		}
	}
	return Option{}, false
}

// oldReasons begin the names of reasons of clients from before there were options.
const oldReasons = "inputReportReason"

// Plain returns the reason of an older client, which names one out of a fixed set and may add words.
func Plain(key string) (reason string, ok bool) {
	reason, ok = strings.CutPrefix(key, oldReasons)
	return strings.ToLower(reason), ok && reason != ""
}

// NeedsComment reports whether o is only taken with words.
func (o Option) NeedsComment() bool { return o.Comment == mustComment }
