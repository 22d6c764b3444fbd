package rig

import (
	"context"
	"fmt"

	"hermod/internal/tl/gen"
	"hermod/secret"
)

// A Fault happens between the server and a device. A nil one does nothing.
type Fault struct {
	// LosePush says whether a pushed update gets lost; the next difference brings it again.
	LosePush func() bool
	// Messages is given what a device received and returns what it gets to see. What is missing was acknowledged, so
	// that the server does not have it any more: the other side has to send it again.
	Messages func([]secret.Incoming) []secret.Incoming
}

// Sync takes in what the server has for the device: what was pushed, then the difference, which also acknowledges what
// came before. It returns how many encrypted messages came, before the fault took some.
func (d *Device) Sync(ctx context.Context, f Fault) (int, error) {
	var messages []secret.Incoming
	for _, u := range d.takePushes() {
		if f.LosePush == nil || !f.LosePush() {
			messages = append(messages, d.pushedUpdate(u)...)
		}
	}
	for more := true; more; {
		var err error
		var missed []secret.Incoming
		if missed, more, err = d.difference(ctx); err != nil {
			return 0, fmt.Errorf("%s: difference: %w", d.name, err)
		}
		messages = append(messages, missed...)
	}
	if err := d.heed(ctx); err != nil {
		return 0, err
	}
	came := len(messages)
	if f.Messages != nil {
		messages = f.Messages(messages)
	}
	for _, in := range messages {
		if d.Secret == nil {
			return 0, fmt.Errorf("%s has no secret chats and got a message of one", d.name)
		}
		if err := d.Secret.HandleMessage(ctx, in); err != nil {
			return 0, err
		}
	}
	return came, nil
}

// Acknowledge tells the server that all that came was received, by messages.receivedQueue.
func (d *Device) Acknowledge(ctx context.Context) error {
	_, err := d.Ask(ctx, "messages.receivedQueue", Fields{"max_qts": d.qts})
	return err
}

// takePushes are the updates that were pushed since, one by one.
func (d *Device) takePushes() (all []gen.Value) {
	d.pushed.Lock()
	defer d.pushed.Unlock()
	for _, v := range d.pushes {
		if u, ok := v.Fields["update"].(gen.Value); ok {
			all = append(all, u)
		}
		list, _ := v.Fields["updates"].([]any)
		for _, u := range list {
			all = append(all, u.(gen.Value))
		}
	}
	d.pushes = nil
	return all
}

// pushedUpdate takes a message only if it is the next: the difference brings what is missing.
func (d *Device) pushedUpdate(u gen.Value) []secret.Incoming {
	if u.Name != "updateNewEncryptedMessage" {
		d.note(u)
		return nil
	}
	if u.Fields["qts"].(int32) != d.qts+1 {
		return nil
	}
	d.qts++
	d.News = append(d.News, u)
	return []secret.Incoming{incoming(u.Fields["message"].(gen.Value))}
}

// note keeps news of secret chats until heed.
func (d *Device) note(u gen.Value) {
	switch u.Name {
	case "updateEncryption", "updateEncryptedMessagesRead", "updateEncryptedChatTyping":
		d.News, d.heard = append(d.News, u), append(d.heard, u)
	}
}

func (d *Device) difference(ctx context.Context) (messages []secret.Incoming, more bool, err error) {
	diff, err := d.Call(ctx, "updates.getDifference", Fields{"pts": d.pts, "date": d.date, "qts": d.qts})
	if err != nil {
		return nil, false, err
	}
	state, _ := diff.Fields["state"].(gen.Value)
	switch diff.Name {
	case "updates.differenceEmpty":
		d.date = diff.Fields["date"].(int32)
		return nil, false, nil
	case "updates.differenceTooLong":
		d.pts = diff.Fields["pts"].(int32)
		return nil, true, nil
	case "updates.differenceSlice":
		state, more = diff.Fields["intermediate_state"].(gen.Value), true
	}
	for _, m := range diff.Fields["new_encrypted_messages"].([]any) {
		messages = append(messages, incoming(m.(gen.Value)))
		d.News = append(d.News, m.(gen.Value))
	}
	for _, u := range diff.Fields["other_updates"].([]any) {
		d.note(u.(gen.Value))
	}
	d.pts, d.qts, d.date = state.Fields["pts"].(int32), state.Fields["qts"].(int32), state.Fields["date"].(int32)
	return messages, more, nil
}

// heed gives the news to the device's secret chats.
func (d *Device) heed(ctx context.Context) error {
	heard := d.heard
	d.heard = nil
	for _, u := range heard {
		if d.Secret == nil {
			continue
		}
		var err error
		switch u.Name {
		case "updateEncryption":
			err = d.Secret.HandleChat(ctx, ChatUpdate(u.Fields["chat"].(gen.Value)))
		case "updateEncryptedMessagesRead":
			err = d.Secret.HandleRead(ctx, secret.ChatID(u.Fields["chat_id"].(int32)), date(u.Fields["max_date"]))
		case "updateEncryptedChatTyping":
			d.Secret.HandleTyping(secret.ChatID(u.Fields["chat_id"].(int32)))
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", d.name, u.Name, err)
		}
	}
	return nil
}
