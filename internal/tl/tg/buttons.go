package tg

import "hermod/internal/tl"

func encodeInlineRowsAsButtons(w *tl.Writer, v []*KeyboardInlineButtonRow) { w.Fail() }
func decodeInlineRowsAsButtons(r *tl.Reader) []*KeyboardInlineButtonRow {
	r.Raw(1 << 30)
	return nil
}
