package tg

import "hermod/internal/tl"

// Until layer 228 a keyboard button was one of many constructors, in replies and below messages alike. Since
// 229 there are two button types, each with the kind of button inside. This file carries one to the other.

func (o *KeyboardButtonRow) lift() {
	for i, b := range o.Buttons {
		o.Buttons[i] = liftButton(b)
	}
}

// liftButton brings a reply keyboard's button of an older layer into the newest shape. Kinds that have no
// place there come out as plain buttons.
func liftButton(b KeyboardButtonClass) KeyboardButtonClass {
	switch b := b.(type) {
	case *KeyboardButton:
		if b.Type == nil {
			b.Type = &ButtonTypeDefault{}
		}
		return b
	case *KeyboardButtonRequestPhone:
		return &KeyboardButton{Style: b.Style, Text: b.Text, Type: &ButtonTypeRequestPhone{}}
	case *KeyboardButtonRequestGeoLocation:
		return &KeyboardButton{Style: b.Style, Text: b.Text, Type: &ButtonTypeRequestGeoLocation{}}
	case *KeyboardButtonRequestPoll:
		return &KeyboardButton{Style: b.Style, Text: b.Text, Type: &ButtonTypeRequestPoll{Quiz: b.Quiz}}
	case *KeyboardButtonRequestPeer:
		return &KeyboardButton{Style: b.Style, Text: b.Text, Type: &ButtonTypeRequestPeer{
			ButtonID: b.ButtonID, PeerType: b.PeerType, MaxQuantity: max(1, b.MaxQuantity),
		}}
	case *InputKeyboardButtonRequestPeer:
		return &KeyboardButton{Style: b.Style, Text: b.Text, Type: &InputButtonTypeRequestPeer{
			NameRequested: b.NameRequested, UsernameRequested: b.UsernameRequested, PhotoRequested: b.PhotoRequested,
			ButtonID: b.ButtonID, PeerType: b.PeerType, MaxQuantity: max(1, b.MaxQuantity),
		}}
	case *KeyboardButtonSimpleWebView:
		return &KeyboardButton{Style: b.Style, Text: b.Text, Type: &ButtonTypeSimpleWebView{URL: b.URL}}
	}
	return b // of an inline keyboard: decodeInlineRowsAsButtons takes it
}

// lower writes a reply keyboard's button as layers before 229 have it.
func (o *KeyboardButton) lower(w *tl.Writer) bool {
	if o == nil || w.Layer == 0 || w.Layer >= 229 {
		return false
	}
	old := lowerButton(o)
	if old == nil {
		return false
	}
	old.Encode(w)
	return true
}

func lowerButton(o *KeyboardButton) KeyboardButtonClass {
	switch t := o.Type.(type) {
	case *ButtonTypeRequestPhone:
		return &KeyboardButtonRequestPhone{Style: o.Style, Text: o.Text}
	case *ButtonTypeRequestGeoLocation:
		return &KeyboardButtonRequestGeoLocation{Style: o.Style, Text: o.Text}
	case *ButtonTypeRequestPoll:
		return &KeyboardButtonRequestPoll{Style: o.Style, Text: o.Text, Quiz: t.Quiz}
	case *ButtonTypeRequestPeer:
		return &KeyboardButtonRequestPeer{
			Style: o.Style, Text: o.Text, ButtonID: t.ButtonID, PeerType: t.PeerType, MaxQuantity: t.MaxQuantity,
		}
	case *ButtonTypeSimpleWebView:
		return &KeyboardButtonSimpleWebView{Style: o.Style, Text: o.Text, URL: t.URL}
	}
	return nil
}

// encodeInlineRowsAsButtons writes the rows of an inline keyboard for layers before 229.
func encodeInlineRowsAsButtons(w *tl.Writer, rows []*KeyboardInlineButtonRow) {
	old := make([]*KeyboardButtonRow, 0, len(rows))
	for _, row := range rows {
		if row == nil {
			continue
		}
		o := &KeyboardButtonRow{Buttons: make([]KeyboardButtonClass, 0, len(row.Buttons))}
		for _, b := range row.Buttons {
			if b := lowerInlineButton(b); b != nil {
				o.Buttons = append(o.Buttons, b)
			}
		}
		old = append(old, o)
	}
	putKeyboardButtonRowList(w, old)
}

// lowerInlineButton is b as layers before 229 have it; nil if they have none such.
func lowerInlineButton(b *KeyboardInlineButton) KeyboardButtonClass {
	if b == nil {
		return nil
	}
	switch t := b.Type.(type) {
	case *InlineButtonTypeURL:
		return &KeyboardButtonURL{Style: b.Style, Text: b.Text, URL: t.URL}
	case *InlineButtonTypeURLAuth:
		return &KeyboardButtonURLAuth{Style: b.Style, Text: b.Text, FwdText: t.FwdText, URL: t.URL, ButtonID: t.ButtonID}
	case *InlineButtonTypeWebView:
		return &KeyboardButtonWebView{Style: b.Style, Text: b.Text, URL: t.URL}
	case *InlineButtonTypeCallback:
		return &KeyboardButtonCallback{Style: b.Style, Text: b.Text, RequiresPassword: t.RequiresPassword, Data: t.Data}
	case *InlineButtonTypeGame:
		return &KeyboardButtonGame{Style: b.Style, Text: b.Text}
	case *InlineButtonTypeBuy:
		return &KeyboardButtonBuy{Style: b.Style, Text: b.Text}
	case *InlineButtonTypeSwitchInline:
		return &KeyboardButtonSwitchInline{
			Style: b.Style, Text: b.Text, SamePeer: t.SamePeer, Query: t.Query, PeerTypes: t.PeerTypes,
		}
	case *InlineButtonTypeUserProfile:
		return &KeyboardButtonUserProfile{Style: b.Style, Text: b.Text, UserID: t.UserID}
	case *InlineButtonTypeCopy:
		return &KeyboardButtonCopy{Style: b.Style, Text: b.Text, CopyText: t.CopyText}
	}
	return nil
}

// decodeInlineRowsAsButtons reads the rows of an inline keyboard of layers before 229. Buttons that only a
// reply keyboard can have are left out.
func decodeInlineRowsAsButtons(r *tl.Reader) []*KeyboardInlineButtonRow {
	old := tl.Vector(r, "keyboard rows", 4, decodeKeyboardButtonRow)
	rows := make([]*KeyboardInlineButtonRow, 0, len(old))
	for _, o := range old {
		row := &KeyboardInlineButtonRow{Buttons: make([]*KeyboardInlineButton, 0, len(o.Buttons))}
		for _, b := range o.Buttons {
			if b := liftInlineButton(b); b != nil {
				row.Buttons = append(row.Buttons, b)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// liftInlineButton is b in the newest shape; nil if b has no place below a message.
func liftInlineButton(b KeyboardButtonClass) *KeyboardInlineButton {
	switch b := b.(type) {
	case *KeyboardButtonURL:
		return &KeyboardInlineButton{Style: b.Style, Text: b.Text, Type: &InlineButtonTypeURL{URL: b.URL}}
	case *KeyboardButtonURLAuth:
		t := &InlineButtonTypeURLAuth{FwdText: b.FwdText, URL: b.URL, ButtonID: b.ButtonID}
		return &KeyboardInlineButton{Style: b.Style, Text: b.Text, Type: t}
	case *InputKeyboardButtonURLAuth:
		t := &InputInlineButtonTypeURLAuth{
			RequestWriteAccess: b.RequestWriteAccess, FwdText: b.FwdText, URL: b.URL, Bot: b.Bot,
		}
		return &KeyboardInlineButton{Style: b.Style, Text: b.Text, Type: t}
	case *KeyboardButtonWebView:
		return &KeyboardInlineButton{Style: b.Style, Text: b.Text, Type: &InlineButtonTypeWebView{URL: b.URL}}
	case *KeyboardButtonCallback:
		t := &InlineButtonTypeCallback{RequiresPassword: b.RequiresPassword, Data: b.Data}
		return &KeyboardInlineButton{Style: b.Style, Text: b.Text, Type: t}
	case *KeyboardButtonGame:
		return &KeyboardInlineButton{Style: b.Style, Text: b.Text, Type: &InlineButtonTypeGame{}}
	case *KeyboardButtonBuy:
		return &KeyboardInlineButton{Style: b.Style, Text: b.Text, Type: &InlineButtonTypeBuy{}}
	case *KeyboardButtonSwitchInline:
		t := &InlineButtonTypeSwitchInline{SamePeer: b.SamePeer, Query: b.Query, PeerTypes: b.PeerTypes}
		return &KeyboardInlineButton{Style: b.Style, Text: b.Text, Type: t}
	case *KeyboardButtonUserProfile:
		return &KeyboardInlineButton{Style: b.Style, Text: b.Text, Type: &InlineButtonTypeUserProfile{UserID: b.UserID}}
	case *InputKeyboardButtonUserProfile:
		t := &InputInlineButtonTypeUserProfile{UserID: b.UserID}
		return &KeyboardInlineButton{Style: b.Style, Text: b.Text, Type: t}
	case *KeyboardButtonCopy:
		return &KeyboardInlineButton{Style: b.Style, Text: b.Text, Type: &InlineButtonTypeCopy{CopyText: b.CopyText}}
	}
	return nil
}
