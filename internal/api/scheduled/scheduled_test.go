package scheduled

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"hermod/internal/api/apitest"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/scheduled"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/tl/tg"
)

type world struct {
	*apitest.World
	*Handlers
	anna, bo ids.User
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		w := &world{World: in}
		s := scheduled.New(scheduled.Options{
			DB: in.DB, Bus: in.Bus, Log: in.Log, Users: in.Users, Messages: in.Messages,
			Shared: func(_ context.Context, _ ids.User, ch ids.Channel) (bool, error) {
				if ch == foreign {
					return true, rights.ErrAdminRequired
				}
				return false, nil
			},
			GroupPeriod:   func(context.Context, ids.Chat) (int32, error) { return 0, nil },
			ChannelPeriod: func(context.Context, ids.Channel) (int32, error) { return 0, nil },
		})
		w.Handlers = New(Options{
			Scheduled: s, Messages: in.Messages, View: in.View, Render: in.Render,
			GroupPeriod: func(ctx context.Context, by ids.User, chat ids.Chat, period int32) ([]groups.Written, error) {
				r, err := in.Groups.SetPeriod(ctx, by, chat, period)
				return r.Written, err
			},
			ChannelPeriod: func(ctx context.Context, by ids.User, ch ids.Channel, period int32) ([]groups.Written, error) {
				r, err := in.Channels.SetPeriod(ctx, by, ch, period)
				return r.Written, err
			},
		})
		p := in.People(2)
		w.anna, w.bo = p[0], p[1]
		fn(t, w)
	})
}

// foreign is a channel where nobody posts any more.
const foreign ids.Channel = 77

func (w *world) plan(t *testing.T, to ids.Peer, at time.Time, body string) tg.UpdatesClass {
	t.Helper()
	return apitest.Must[tg.UpdatesClass](t, "messages.sendMessage")(w.Schedule(t.Context(), apitest.Call(w.anna), int32(at.Unix()),
		[]messages.SendRequest{{From: w.anna, To: to, RandomID: rand.Int64(), Text: text.Text{String: body}}}))
}

func TestSchedule(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		due := time.Now().Add(time.Hour).Truncate(time.Second)
		call := apitest.Call(w.anna)
		for name, chat := range w.Chats(w.anna, w.bo) {
			peer := w.Peer(w.anna, chat[0])
			answer := w.plan(t, chat[0], due, "later")
			id := apitest.Find[*tg.UpdateMessageID](t, answer).ID
			m := apitest.Find[*tg.UpdateNewScheduledMessage](t, answer).Message.(*tg.Message)
			if m.ID != id || !m.Out || m.Date != int32(due.Unix()) || m.Message != "later" {
				t.Errorf("%s: got %+v", name, m)
			}
			page := apitest.Must[tg.MessagesMessagesClass](t, "messages.getScheduledHistory")(
				w.getScheduledHistory(t.Context(), call, &tg.MessagesGetScheduledHistory{Peer: peer})).(*tg.MessagesMessages)
			if len(page.Messages) != 1 || page.Messages[0].(*tg.Message).ID != id {
				t.Errorf("%s: got %+v", name, page.Messages)
			}
			one := apitest.Must[tg.MessagesMessagesClass](t, "messages.getScheduledMessages")(w.getScheduledMessages(t.Context(), call,
				&tg.MessagesGetScheduledMessages{Peer: peer, ID: []int32{id, 99}})).(*tg.MessagesMessages)
			if len(one.Messages) != 1 {
				t.Errorf("%s: got %+v", name, one.Messages)
			}
			edited, handled, err := w.EditScheduled(t.Context(), call, chat[0], &tg.MessagesEditMessage{
				Peer: peer, ID: id, Message: new("edited"), ScheduleDate: new(int32(due.Unix())),
			})
			if err != nil || !handled || apitest.Find[*tg.UpdateNewScheduledMessage](t, edited).Message.(*tg.Message).Message != "edited" {
				t.Errorf("%s: got %+v, %v, %v", name, edited, handled, err)
			}
			sent := apitest.Must[tg.UpdatesClass](t, "messages.sendScheduledMessages")(w.sendScheduledMessages(t.Context(), call,
				&tg.MessagesSendScheduledMessages{Peer: peer, ID: []int32{id}}))
			gone := apitest.Find[*tg.UpdateDeleteScheduledMessages](t, sent)
			if len(gone.Messages) != 1 || gone.Messages[0] != id || len(gone.SentMessages) != 1 {
				t.Errorf("%s: got %+v", name, gone)
			}
			if got := w.Last(w.bo, chat[1]); got.Text.String != "edited" {
				t.Errorf("%s: got %+v", name, got)
			}
		}
	})
}

func TestDelete(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		call, peer := apitest.Call(w.anna), w.Peer(w.anna, w.bo.Peer())
		id := apitest.Find[*tg.UpdateMessageID](t, w.plan(t, w.bo.Peer(), time.Now().Add(time.Hour), "x")).ID
		gone := apitest.Find[*tg.UpdateDeleteScheduledMessages](t, apitest.Must[tg.UpdatesClass](t, "messages.deleteScheduledMessages")(
			w.deleteScheduledMessages(t.Context(), call, &tg.MessagesDeleteScheduledMessages{Peer: peer, ID: []int32{id}})))
		if len(gone.Messages) != 1 || gone.Messages[0] != id || gone.SentMessages != nil {
			t.Errorf("got %+v", gone)
		}
		_, err := w.sendScheduledMessages(t.Context(), call, &tg.MessagesSendScheduledMessages{Peer: peer, ID: []int32{id}})
		apitest.Refused(t, wireErrors, err, "MESSAGE_ID_INVALID")
	})
}

func TestAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		apitest.Find[*tg.UpdateNewMessage](t, w.plan(t, w.bo.Peer(), time.Now().Add(2*time.Second), "now"))
		bot := apitest.Call(w.anna)
		bot.Bot = true
		_, err := w.Schedule(t.Context(), bot, int32(time.Now().Add(time.Hour).Unix()), nil)
		apitest.Refused(t, wireErrors, err, "SCHEDULE_BOT_NOT_ALLOWED")
		_, err = w.Schedule(t.Context(), apitest.Call(w.anna), int32(time.Now().Add(-time.Hour).Unix()),
			[]messages.SendRequest{{From: w.anna, To: w.bo.Peer(), RandomID: 1, Text: text.Text{String: "x"}}})
		apitest.Refused(t, wireErrors, err, "SCHEDULE_DATE_INVALID")
	})
}

// Other devices learn what was scheduled, and what became of it.
func TestEvents(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := apitest.Find[*tg.UpdateMessageID](t, w.plan(t, w.bo.Peer(), time.Now().Add(time.Hour), "x")).ID
		show := func(ev updates.Event) tg.UpdateClass {
			t.Helper()
			u, _, err := w.Render.Entry(t.Context(), w.anna, updates.Entry{Owner: w.anna.Peer(), Event: ev})
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		if u, ok := show(updates.NewScheduled{Peer: w.bo.Peer(), ID: ids.Message(id)}).(*tg.UpdateNewScheduledMessage); !ok {
			t.Errorf("got %+v", u)
		}
		if u := show(updates.NewScheduled{Peer: w.bo.Peer(), ID: 77}); u != nil {
			t.Errorf("of one that is gone: %+v", u)
		}
		if u := show(updates.NewScheduled{Peer: foreign.Peer(), ID: 1}); u != nil {
			t.Errorf("of a channel that he posts in no more: %+v", u)
		}
		u, ok := show(updates.ScheduledGone{Peer: w.bo.Peer(), IDs: []ids.Message{1}, Sent: []ids.Message{5}}).(*tg.UpdateDeleteScheduledMessages)
		if !ok || u.SentMessages[0] != 5 {
			t.Errorf("got %+v", u)
		}
	})
}

func TestHistoryTTL(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		call := apitest.Call(w.anna)
		for name, chat := range w.Chats(w.anna, w.bo) {
			answer := apitest.Must[tg.UpdatesClass](t, "messages.setHistoryTTL")(w.setHistoryTTL(t.Context(), call,
				&tg.MessagesSetHistoryTTL{Peer: w.Peer(w.anna, chat[0]), Period: 86400}))
			if len(answer.(*tg.Updates).Updates) == 0 {
				t.Errorf("%s: told nothing", name)
			}
			m := w.Last(w.bo, chat[1])
			if m.Action == nil || m.Action.TTL != 86400 {
				t.Errorf("%s: got %+v", name, m)
			}
		}
		u := apitest.Find[*tg.UpdatePeerHistoryTTL](t, apitest.Must[tg.UpdatesClass](t, "messages.setHistoryTTL")(
			w.setHistoryTTL(t.Context(), call, &tg.MessagesSetHistoryTTL{Peer: w.Peer(w.anna, w.bo.Peer())})))
		if u.TTLPeriod != nil {
			t.Errorf("got %+v", u)
		}
		_, err := w.setHistoryTTL(t.Context(), call, &tg.MessagesSetHistoryTTL{Peer: w.Peer(w.anna, w.bo.Peer()), Period: -5})
		apitest.Refused(t, wireErrors, err, "TTL_PERIOD_INVALID")
		if err := w.Contacts.Block(t.Context(), w.bo, w.anna.Peer(), contacts.Messages); err != nil {
			t.Fatal(err)
		}
		before := w.Position(w.bo.Peer())
		_, err = w.setHistoryTTL(t.Context(), call, &tg.MessagesSetHistoryTTL{Peer: w.Peer(w.anna, w.bo.Peer()), Period: 86400})
		if !errors.Is(err, users.ErrBlocked) && !errors.Is(err, users.ErrYouBlocked) || w.Position(w.bo.Peer()) != before {
			t.Errorf("who is blocked sets a period: %v", err)
		}
		if _, err := w.setDefaultHistoryTTL(t.Context(), call, &tg.MessagesSetDefaultHistoryTTL{Period: 604800}); err != nil {
			t.Fatal(err)
		}
		got := apitest.Must[*tg.DefaultHistoryTTL](t, "messages.getDefaultHistoryTTL")(w.getDefaultHistoryTTL(t.Context(), call, nil))
		if got.Period != 604800 {
			t.Errorf("got %+v", got)
		}
	})
}
