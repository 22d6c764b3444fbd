package render

import (
	"hermod/internal/api/view"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/tl/tg"
)

// shownActions are the service messages, by what they tell.
var shownActions = map[actions.Kind]func(a *actions.Action) tg.MessageActionClass{
	actions.SignUp:          func(*actions.Action) tg.MessageActionClass { return &tg.MessageActionContactSignUp{} },
	actions.Screenshot:      func(*actions.Action) tg.MessageActionClass { return &tg.MessageActionScreenshotTaken{} },
	actions.HistoryClear:    func(*actions.Action) tg.MessageActionClass { return &tg.MessageActionHistoryClear{} },
	actions.Pin:             func(*actions.Action) tg.MessageActionClass { return &tg.MessageActionPinMessage{} },
	actions.ChatPhotoDelete: func(*actions.Action) tg.MessageActionClass { return &tg.MessageActionChatDeletePhoto{} },
	actions.JoinedByRequest: func(*actions.Action) tg.MessageActionClass { return &tg.MessageActionChatJoinedByRequest{} },
	actions.Custom: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionCustomAction{Message: a.Title}
	},
	actions.SetTTL: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionSetMessagesTTL{Period: a.TTL, AutoSettingFrom: optional(int64(a.User))}
	},
	actions.SetTheme: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionSetChatTheme{Theme: &tg.ChatTheme{Emoticon: a.Emoji}, Emoticon: a.Emoji}
	},
	actions.TodoAppend:    appendAction,
	actions.TodoCompleted: completedAction,
	actions.ChatCreate: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionChatCreate{Title: a.Title, Users: int64s(a.Users)}
	},
	actions.ChatTitle: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionChatEditTitle{Title: a.Title}
	},
	actions.AddUsers: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionChatAddUser{Users: int64s(a.Users)}
	},
	actions.DeleteUser: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionChatDeleteUser{UserID: int64(a.User)}
	},
	actions.JoinedByLink: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionChatJoinedByLink{InviterID: int64(a.User)}
	},
	actions.ChannelCreate: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionChannelCreate{Title: a.Title}
	},
	actions.MigrateTo: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionChatMigrateTo{ChannelID: int64(a.Channel)}
	},
	actions.MigrateFrom: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionChannelMigrateFrom{Title: a.Title, ChatID: int64(a.Chat)}
	},
	actions.TopicCreate: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionTopicCreate{
			TitleMissing: a.TitleMissing, Title: a.Title, IconColor: a.TopicColor, IconEmojiID: optional(a.TopicIcon),
		}
	},
	actions.TopicEdit: topicEditAction,
	actions.GeoProximity: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionGeoProximityReached{
			FromID: view.Peer(a.FromPeer), ToID: view.Peer(a.ToPeer), Distance: a.Count,
		}
	},
	actions.Boost: func(a *actions.Action) tg.MessageActionClass {
		return &tg.MessageActionBoostApply{Boosts: a.Count}
	},
}

// action shows what a service message tells. One that this version does not know tells nothing.
func (p *page) action(a *actions.Action) tg.MessageActionClass {
	switch a.Kind {
	case actions.ChatPhoto:
		return &tg.MessageActionChatEditPhoto{Photo: p.photo(a.Photo)}
	case actions.SetWallpaper:
		if t := p.papers[a]; t != nil {
			return t
		}
	case actions.SuggestPhoto:
		return &tg.MessageActionSuggestProfilePhoto{Photo: p.photo(a.Photo)}
	}
	if show := shownActions[a.Kind]; show != nil {
		if t := show(a); t != nil {
			return t
		}
	}
	return &tg.MessageActionEmpty{}
}

// photo is an empty one when it is gone.
func (p *page) photo(id int64) tg.PhotoClass {
	if t := p.photos[id]; t != nil {
		return t
	}
	return &tg.PhotoEmpty{ID: id}
}

func topicEditAction(a *actions.Action) tg.MessageActionClass {
	t := &tg.MessageActionTopicEdit{Title: optional(a.Title), Closed: a.Closed, Hidden: a.Hidden}
	if a.IconSet {
		t.IconEmojiID = new(a.TopicIcon)
	}
	return t
}

func appendAction(a *actions.Action) tg.MessageActionClass {
	t := &tg.MessageActionTodoAppendTasks{List: []*tg.TodoItem{}}
	for _, item := range a.Items {
		title := &tg.TextWithEntities{Text: item.Text.String, Entities: []tg.MessageEntityClass{}}
		title.Entities = append(title.Entities, Entities(item.Text.Entities)...)
		t.List = append(t.List, &tg.TodoItem{ID: item.ID, Title: title})
	}
	return t
}

func completedAction(a *actions.Action) tg.MessageActionClass {
	return &tg.MessageActionTodoCompletions{
		Completed: append([]int32{}, a.Completed...), Incompleted: append([]int32{}, a.Incompleted...),
	}
}

func int64s(users []ids.User) []int64 {
	out := make([]int64, len(users))
	for i, u := range users {
		out[i] = int64(u)
	}
	return out
}
