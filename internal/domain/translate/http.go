package translate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// An HTTP is a provider that speaks the interface of LibreTranslate: a POST of q, source, target and format, answered by
// translatedText.
// Spec: https://docs.libretranslate.com
type HTTP struct {
	URL    string // of its /translate
	Key    string // "" if it needs none
	Client *http.Client
}

const maxAnswer = 1 << 20 // bytes

type question struct {
	Q      []string `json:"q"`
	Source string   `json:"source"`
	Target string   `json:"target"`
	Format string   `json:"format"`
	Key    string   `json:"api_key,omitempty"`
}

// Translate implements Provider.
func (h *HTTP) Translate(ctx context.Context, texts []string, to string) ([]string, error) {
	body, err := json.Marshal(question{Q: texts, Source: "auto", Target: to, Format: "text", Key: h.Key})
	if err != nil {
		return nil, fmt.Errorf("encode texts: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask for a translation: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := h.Client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, ErrFailed // without the cause, which would name the address and perhaps a key
	}
	defer func() { _ = res.Body.Close() }()
	return answer(res)
}

// answer reads what the provider says. A status of 400 means, of what we send, the language.
func answer(res *http.Response) ([]string, error) {
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusBadRequest:
		return nil, ErrLanguage
	default:
		return nil, fmt.Errorf("provider says %d: %w", res.StatusCode, ErrFailed)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read translation: %w", ErrFailed)
	}
	var a struct {
		Texts []string `json:"translatedText"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, fmt.Errorf("decode translation: %w", ErrFailed)
	}
	return a.Texts, nil
}
