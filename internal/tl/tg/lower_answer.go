package tg

import "hermod/internal/tl"

// A lowering changes the answer of a method for layers before a given one, in which its result has another
// type. It returns nil if there is no such answer. An answer that has the older type already stays as it is.
type lowering struct {
	before int
	lower  func(tl.Object) tl.Object
}

// lowerings are the methods whose result type differs between layers.
var lowerings = map[string]lowering{
	"account.verifyEmail":                 {145, isTrue},
	"auth.logOut":                         {135, isTrue},
	"channels.deleteHistory":              {140, isTrue},
	"messages.report":                     {189, isTrue},
	"stories.report":                      {189, isTrue},
	"stories.canSendStory":                {203, isTrue},
	"messages.addChatUser":                {177, invitedUpdates},
	"messages.createChat":                 {177, invitedUpdates},
	"channels.inviteToChannel":            {177, invitedUpdates},
	"messages.importChatInvite":           {227, joinedUpdates},
	"channels.joinChannel":                {227, joinedUpdates},
	"users.getFullUser":                   {135, fullUserAlone},
	"messages.getPeerSettings":            {135, peerSettingsAlone},
	"messages.getWebPagePreview":          {197, previewMedia},
	"messages.getWebPage":                 {165, webPageAlone},
	"messages.getDialogFilters":           {176, dialogFilterVector},
	"messages.getMessageReadParticipants": {154, readersOnly},
	"messages.requestSimpleWebView":       {183, simpleWebView},
	"messages.requestAppWebView":          {183, appWebView},
	"messages.translateText":              {152, translatedText},
	"help.getAppConfig":                   {154, configAlone},
	"stories.getPeerMaxIDs":               {217, storyMaxIDs},
	"phone.createConferenceCall":          {202, nothing},
	"phone.sendGroupCallMessage":          {217, isTrue},
	"stats.getMessagePublicForwards":      {169, nothing},
}

// LowerAnswer brings the answer to a method, named as in the request after decoding, to the type that layer
// expects. Most methods' result type never changed; their answers come back as they are. It returns nil if
// layer has no form for the answer.
//
// It does not replace encoding for layer, which lowers what is inside.
func LowerAnswer(method string, answer tl.Object, layer int) tl.Object {
	l, ok := lowerings[method]
	if !ok || layer == 0 || layer >= l.before {
		return answer
	}
	return l.lower(answer)
}

func nothing(tl.Object) tl.Object { return nil }

func isTrue(o tl.Object) tl.Object {
	if b, ok := o.(Bool); ok {
		return b
	}
	return Bool(true)
}

func invitedUpdates(o tl.Object) tl.Object {
	switch a := o.(type) {
	case *MessagesInvitedUsers:
		return object(a.Updates)
	case UpdatesClass:
		return a
	}
	return nil
}

func joinedUpdates(o tl.Object) tl.Object {
	switch a := o.(type) {
	case *MessagesChatInviteJoinResultOk:
		return object(a.Updates)
	case UpdatesClass:
		return a
	}
	return nil
}

// object keeps an empty interface from becoming a full one that holds nothing.
func object[T tl.Object](o T) tl.Object {
	if any(o) == nil {
		return nil
	}
	return o
}

// already returns o if it is a T, which the older layer expects; else nil.
func already[T tl.Object](o tl.Object) tl.Object {
	if _, ok := o.(T); ok {
		return o
	}
	return nil
}

// fullUserAlone gives layer 134 what it wants of a full user: the user inside it.
func fullUserAlone(o tl.Object) tl.Object {
	a, ok := o.(*UsersUserFull)
	if !ok || a.FullUser == nil {
		return already[*UserFull](o)
	}
	full := *a.FullUser
	for _, u := range a.Users {
		if u, ok := u.(*User); ok && u.ID == full.ID {
			full.User = u
		}
	}
	return &full
}

func peerSettingsAlone(o tl.Object) tl.Object {
	if a, ok := o.(*MessagesPeerSettings); ok && a.Settings != nil {
		return a.Settings
	}
	return already[*PeerSettings](o)
}

func previewMedia(o tl.Object) tl.Object {
	if a, ok := o.(*MessagesWebPagePreview); ok {
		return object(a.Media)
	}
	return already[MessageMediaClass](o)
}

func webPageAlone(o tl.Object) tl.Object {
	if a, ok := o.(*MessagesWebPage); ok {
		return object(a.Webpage)
	}
	return already[WebPageClass](o)
}

func dialogFilterVector(o tl.Object) tl.Object {
	if a, ok := o.(*MessagesDialogFilters); ok {
		return Vector[DialogFilterClass](a.Filters)
	}
	return already[Vector[DialogFilterClass]](o)
}

func readersOnly(o tl.Object) tl.Object {
	a, ok := o.(Vector[*ReadParticipantDate])
	if !ok {
		return already[LongVector](o)
	}
	users := make(LongVector, 0, len(a))
	for _, p := range a {
		users = append(users, p.UserID)
	}
	return users
}

func simpleWebView(o tl.Object) tl.Object {
	if a, ok := o.(*WebViewResultURL); ok {
		return &SimpleWebViewResultURL{URL: a.URL}
	}
	return already[*SimpleWebViewResultURL](o)
}

func appWebView(o tl.Object) tl.Object {
	if a, ok := o.(*WebViewResultURL); ok {
		return &AppWebViewResultURL{URL: a.URL}
	}
	return already[*AppWebViewResultURL](o)
}

func translatedText(o tl.Object) tl.Object {
	a, ok := o.(*MessagesTranslateResult)
	if !ok || len(a.Result) != 1 || a.Result[0] == nil {
		return already[*MessagesTranslateResultText](o)
	}
	return &MessagesTranslateResultText{Text: a.Result[0].Text}
}

func configAlone(o tl.Object) tl.Object {
	if a, ok := o.(*HelpAppConfig); ok {
		return object(a.Config)
	}
	return already[JSONValueClass](o)
}

func storyMaxIDs(o tl.Object) tl.Object {
	a, ok := o.(Vector[*RecentStory])
	if !ok {
		return already[IntVector](o)
	}
	ids := make(IntVector, 0, len(a))
	for _, s := range a {
		ids = append(ids, tl.Value(s.MaxID))
	}
	return ids
}
