package push

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"
)

const (
	// life is how long a push service keeps what it cannot deliver.
	life = 24 * time.Hour
	// askTime is how long a push service may take to answer.
	askTime = 20 * time.Second
	// maxAnswer is how much of an answer is read, so that the connection can be used again.
	maxAnswer = 16 << 10
)

// A letter is a push message on its way to one device.
type letter struct {
	to      device
	body    []byte
	topic   string
	urgency webpush.Urgency
	tries   int
}

// send queues a letter for each device.
func (s *Service) send(ctx context.Context, to []device, p payload) {
	body, err := p.encode()
	if err != nil {
		s.o.Log.ErrorContext(ctx, "encode a push message", "error", err)
		return
	}
	urgency := webpush.UrgencyHigh
	if p.silent {
		urgency = webpush.UrgencyLow
	}
	for _, d := range to {
		s.put(letter{to: d, body: body, topic: p.topic(s.private), urgency: urgency})
	}
}

// do brings the letter to the push service. What fails is tried again some times; a device that is gone is forgotten.
// Spec: https://www.rfc-editor.org/rfc/rfc8030#section-5
func (l letter) do(ctx context.Context, s *Service) error {
	status, err := s.post(ctx, l)
	switch {
	case err == nil && status >= 200 && status < 300:
		s.metrics.sent.WithLabelValues("sent").Inc()
		return nil
	case status == http.StatusNotFound || status == http.StatusGone:
		s.metrics.sent.WithLabelValues("gone").Inc()
		return s.drop(ctx, l.to)
	case status >= 400 && status < 500 && status != http.StatusTooManyRequests:
		s.metrics.sent.WithLabelValues("failed").Inc()
		return fmt.Errorf("the push service answered %d", status)
	}
	if l.tries >= len(s.retries) {
		s.metrics.sent.WithLabelValues("failed").Inc()
		return err
	}
	wait := s.retries[l.tries]
	l.tries++
	time.AfterFunc(wait, func() { s.put(l) }) // after the end of Run nobody takes it
	return nil
}

// post sends a letter. The status is 0 when there was no answer.
func (s *Service) post(ctx context.Context, l letter) (status int, err error) {
	u, err := url.Parse(l.to.endpoint)
	if err != nil {
		return http.StatusGone, nil
	}
	if err := s.checkEndpoint(u); err != nil { // the rules may have changed since it was registered
		return http.StatusGone, nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	sub := &webpush.Subscription{Endpoint: l.to.endpoint, Keys: webpush.Keys{Auth: l.to.auth, P256dh: l.to.p256dh}}
	res, err := webpush.SendNotificationWithContext(ctx, l.body, sub, &webpush.Options{
		HTTPClient: s.o.Caller, Subscriber: s.o.Contact, Topic: l.topic, Urgency: l.urgency, TTL: int(life / time.Second),
		VAPIDPublicKey: s.public, VAPIDPrivateKey: s.private,
	})
	if err != nil {
		return 0, fmt.Errorf("ask a push service: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswer)
	return res.StatusCode, nil
}
