package sender

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// webhookTimeout bounds a request to the gateway.
const webhookTimeout = 10 * time.Second

// A Webhook posts each message as JSON to an address, behind which any SMS or call gateway may stand:
//
//	{"kind":"sms","phone":"4790000000","code":"12345","text":"…"}
//
// With a secret, the header X-Hermod-Signature holds the hexadecimal HMAC-SHA-256 of the body. Any status of
// the 200s means that the message was accepted.
type Webhook struct {
	url    string
	secret []byte
	client *http.Client
}

// NewWebhook posts to address. It fails unless that is http or https.
func NewWebhook(address, secret string) (*Webhook, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("code webhook: the address must begin with http:// or https://")
	}
	return &Webhook{url: address, secret: []byte(secret), client: &http.Client{Timeout: webhookTimeout}}, nil
}

// Send implements Sender.
func (w *Webhook) Send(ctx context.Context, m Message) error {
	body, err := json.Marshal(struct {
		Kind  string `json:"kind"`
		Phone string `json:"phone,omitempty"`
		Email string `json:"email,omitempty"`
		Code  string `json:"code"`
		Text  string `json:"text"`
	}{m.Kind, m.Phone, m.Email, m.Code, m.Text})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("code webhook: bad address")
	}
	req.Header.Set("Content-Type", "application/json")
	if len(w.secret) > 0 {
		mac := hmac.New(sha256.New, w.secret)
		mac.Write(body)
		req.Header.Set("X-Hermod-Signature", hex.EncodeToString(mac.Sum(nil)))
	}
	return w.post(req)
}

func (w *Webhook) post(req *http.Request) error {
	resp, err := w.client.Do(req)
	if err != nil {
		return fmt.Errorf("code webhook: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection can be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("code webhook: status %d", resp.StatusCode)
	}
	return nil
}
