package reports

import (
	"context"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/reports"
	"hermod/internal/domain/rights"
	"hermod/internal/tl/tg"
)

type world struct {
	*apitest.World
	*Handlers
	kept     *reports.Service
	anna, bo ids.User
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		w := &world{World: in, kept: reports.New(in.DB)}
		w.Handlers = New(Options{
			Reports: w.kept, Messages: in.Messages, View: in.View,
			Moderates: func(ctx context.Context, user ids.User, ch ids.Channel) error {
				_, err := in.Channels.CheckAdmin(ctx, ch, user, rights.AdminDeleteMessages)
				return err
			},
		})
		p := in.People(2)
		w.anna, w.bo = p[0], p[1]
		fn(t, w)
	})
}

func TestReport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.Send(w.bo, w.anna.Peer(), "buy this", nil)
		mine := w.Last(w.anna, w.bo.Peer())
		in := &tg.MessagesReport{Peer: w.Peer(w.anna, w.bo.Peer()), ID: []int32{int32(mine.ID), 99}}
		ask := func(option, words string) tg.ReportResultClass {
			t.Helper()
			in.Option, in.Message = []byte(option), words
			return apitest.Must[tg.ReportResultClass](t, "messages.report")(w.report(t.Context(), apitest.Call(w.anna), in))
		}
		choose := ask("", "").(*tg.ReportResultChooseOption)
		if len(choose.Options) < 5 {
			t.Errorf("got %+v", choose)
		}
		if more, ok := ask("violence", "").(*tg.ReportResultChooseOption); !ok || more.Title != "Violence" {
			t.Errorf("got %+v", more)
		}
		if words, ok := ask("other", "").(*tg.ReportResultAddComment); !ok || string(words.Option) != "other" {
			t.Errorf("got %+v", words)
		}
		for option, words := range map[string]string{"other": "because", "spam": "", "inputReportReasonFake": "x"} {
			if got := ask(option, words); got.TLName() != "reportResultReported" {
				t.Errorf("%s: got %+v", option, got)
			}
		}
		in.Option = []byte("no such")
		_, err := w.report(t.Context(), apitest.Call(w.anna), in)
		apitest.Refused(t, wireErrors, err, "OPTION_INVALID")
		in.ID = []int32{99}
		_, err = w.report(t.Context(), apitest.Call(w.anna), in)
		apitest.Refused(t, wireErrors, err, "MESSAGE_ID_INVALID")
		list, err := w.kept.Open(t.Context(), 0, 10)
		if err != nil || len(list) != 3 || list[0].Content[0].Text != m.Text.String || list[0].Peer != w.bo.Peer() {
			t.Errorf("got %+v, %v", list, err)
		}
	})
}

func TestReportSpam(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		group := w.Channel(false, w.anna, w.bo)
		m := w.Send(w.bo, group, "buy this", nil)
		own := w.Send(w.anna, group, "no", nil)
		in := &tg.ChannelsReportSpam{Channel: w.InputChannel(w.anna, group), Participant: w.Peer(w.anna, w.bo.Peer()), ID: []int32{int32(m.ID)}}
		if _, err := w.reportSpam(t.Context(), apitest.Call(w.anna), in); err != nil {
			t.Fatal(err)
		}
		list, err := w.kept.Open(t.Context(), 0, 10)
		if err != nil || len(list) != 1 || list[0].Author != w.bo.Peer() || list[0].Reason != "spam" {
			t.Errorf("got %+v, %v", list, err)
		}
		in.ID = []int32{int32(own.ID)}
		_, err = w.reportSpam(t.Context(), apitest.Call(w.anna), in)
		apitest.Refused(t, wireErrors, err, "PARTICIPANT_ID_INVALID")
		in = &tg.ChannelsReportSpam{Channel: w.InputChannel(w.bo, group), Participant: w.Peer(w.bo, w.anna.Peer()), ID: []int32{int32(own.ID)}}
		if _, err := w.reportSpam(t.Context(), apitest.Call(w.bo), in); err == nil {
			t.Error("a plain member reports")
		}
	})
}
