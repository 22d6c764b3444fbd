package media

import "hermod/internal/domain/rights"

// needs are the rights that sending a kind takes. Places and contacts count as text, as clients have it.
var needs = map[Kind]rights.Content{
	Geo: rights.SendPlain, LiveGeo: rights.SendPlain, Venue: rights.SendPlain, Contact: rights.SendPlain,
	Dice: rights.SendStickers, Poll: rights.SendPolls, Todo: rights.SendPolls, WebPage: rights.SendPlain,
	Photo: rights.SendPhotos, Video: rights.SendVideos, Document: rights.SendDocs, Voice: rights.SendVoices,
	Music: rights.SendAudios, Round: rights.SendRoundVideos, GIF: rights.SendGifs, Sticker: rights.SendStickers,
}

// Needs is what a member has to be allowed to send m, which may be nil. A preview that was not asked for needs nothing
// but text: where links may not be embedded, it is left out.
func (m *Media) Needs() rights.Content {
	if m == nil {
		return rights.SendPlain
	}
	if m.Kind == WebPage && m.WebPage != nil && m.WebPage.Manual {
		return rights.SendPlain | rights.EmbedLinks
	}
	return needs[m.Kind]
}
