package media

import (
	"context"

	"hermod/internal/domain/media"
	"hermod/internal/domain/text"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// maxInPoll bounds what is read of the answers of a poll before they are counted.
const maxInPoll = 100

// pollFrom reads a new poll. Media within polls are files, and are not served.
func (c *Codec) pollFrom(ctx context.Context, call *rpc.Call, in *tg.InputMediaPoll) (*media.Media, error) {
	p := in.Poll
	switch {
	case p == nil:
		return nil, media.ErrPoll
	case len(p.Answers) > maxInPoll || len(in.CorrectAnswers) > maxInPoll:
		return nil, media.ErrAnswers
	case in.AttachedMedia != nil, in.SolutionMedia != nil, len(p.CountriesIso2) > 0:
		return nil, media.ErrPoll
	}
	d := &media.PollDraft{
		Public: p.PublicVoters, Multiple: p.MultipleChoice, Quiz: p.Quiz, Open: p.OpenAnswers, Final: p.RevotingDisabled,
		Shuffle: p.ShuffleAnswers, Hidden: p.HideResultsUntilClose, Members: p.SubscribersOnly, Closed: p.Closed,
		Period: number(p.ClosePeriod), CloseAt: int64(number(p.CloseDate)),
	}
	for _, i := range in.CorrectAnswers {
		d.Correct = append(d.Correct, int(i))
	}
	if err := c.pollTexts(ctx, call, d, in); err != nil {
		return nil, err
	}
	return &media.Media{Kind: media.Poll, Poll: &media.PollRef{Draft: d}}, nil
}

func (c *Codec) pollTexts(ctx context.Context, call *rpc.Call, d *media.PollDraft, in *tg.InputMediaPoll) (err error) {
	if d.Question, err = c.text(ctx, call, in.Poll.Question); err != nil {
		return err
	}
	for _, a := range in.Poll.Answers {
		answer, err := c.AnswerFrom(ctx, call, a)
		if err != nil {
			return err
		}
		d.Answers = append(d.Answers, answer)
	}
	if in.Solution != nil {
		solution, err := c.o.Text(ctx, call, *in.Solution, in.SolutionEntities)
		if err != nil {
			return err
		}
		d.Solution = &solution
	}
	return nil
}

// AnswerFrom reads an answer of a poll, of either form.
func (c *Codec) AnswerFrom(ctx context.Context, call *rpc.Call, in tg.PollAnswerClass) (a media.PollAnswer, err error) {
	switch in := in.(type) {
	case *tg.PollAnswer:
		if in.Media != nil {
			return a, media.ErrAnswer
		}
		a.Option = in.Option
		a.Text, err = c.text(ctx, call, in.Text)
	case *tg.InputPollAnswer:
		if in.Media != nil {
			return a, media.ErrAnswer
		}
		a.Text, err = c.text(ctx, call, in.Text)
	default:
		err = media.ErrAnswer
	}
	return a, err
}

// text reads a text with entities; nil is an empty one.
func (c *Codec) text(ctx context.Context, call *rpc.Call, in *tg.TextWithEntities) (text.Text, error) {
	if in == nil {
		return text.Text{}, nil
	}
	return c.o.Text(ctx, call, in.Text, in.Entities)
}

func (c *Codec) todoFrom(ctx context.Context, call *rpc.Call, in *tg.TodoList) (*media.Media, error) {
	if in == nil {
		return nil, media.ErrTodoEmpty
	}
	title, err := c.text(ctx, call, in.Title)
	if err != nil {
		return nil, err
	}
	tasks, err := c.TasksFrom(ctx, call, in.List)
	if err != nil {
		return nil, err
	}
	return &media.Media{Kind: media.Todo, Todo: &media.TodoList{
		Title: title, Tasks: tasks, MayAppend: in.OthersCanAppend, MayComplete: in.OthersCanComplete,
	}}, nil
}

// TasksFrom reads tasks of a to-do list. It fails with media.ErrTodoTooMany or text.ErrBounds.
func (c *Codec) TasksFrom(ctx context.Context, call *rpc.Call, in []*tg.TodoItem) ([]media.Task, error) {
	if len(in) > media.MaxTasks {
		return nil, media.ErrTodoTooMany
	}
	tasks := make([]media.Task, 0, len(in))
	for _, item := range in {
		if item == nil {
			return nil, media.ErrTodoTask
		}
		t, err := c.text(ctx, call, item.Title)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, media.Task{ID: item.ID, Text: t})
	}
	return tasks, nil
}
