package auth

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// ErrBotToken means a token that is no bot's.
var ErrBotToken = errors.New("not a bot's token")

// botSecretSize is the length of the random part of a token in bytes: 35 letters when written.
const botSecretSize = 26

// CreateBot makes a bot and returns the token by which programs sign in as it. The token is shown this once.
// It fails with the errors of users.Service.Create.
func (s *Service) CreateBot(ctx context.Context, owner ids.User, name, username string) (bot users.User, token string, err error) {
	secret, err := newBotSecret()
	if err != nil {
		return users.User{}, "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		info := &users.BotInfo{Owner: owner}
		bot, err = s.users.Create(ctx, tx, users.NewUser{FirstName: name, Username: username, Bot: info})
		if err != nil {
			return err
		}
		return s.setBotSecret(ctx, tx, bot.ID, secret)
	})
	if err != nil {
		return users.User{}, "", fmt.Errorf("create bot: %w", err)
	}
	return bot, strconv.FormatInt(int64(bot.ID), 10) + ":" + secret, nil
}

// ReplaceBotToken makes a new token for a bot and ends what was signed in by the old one. It fails with ErrBotToken
// when there is no such bot.
func (s *Service) ReplaceBotToken(ctx context.Context, bot ids.User) (token string, err error) {
	secret, err := newBotSecret()
	if err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM bot_token WHERE user_id = $1`, bot).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return ErrBotToken
		}
		if err := s.setBotSecret(ctx, tx, bot, secret); err != nil {
			return err
		}
		return s.endAll(ctx, tx, bot, 0)
	})
	return strconv.FormatInt(int64(bot), 10) + ":" + secret, err
}

func newBotSecret() (string, error) {
	b, err := randomBytes(botSecretSize)
	return base64.RawURLEncoding.EncodeToString(b), err
}

func (s *Service) setBotSecret(ctx context.Context, tx *db.Tx, bot ids.User, secret string) error {
	const set = `INSERT INTO bot_token (user_id, token) VALUES ($1, $2)
		ON CONFLICT (user_id) DO UPDATE SET token = excluded.token`
	if _, err := tx.Exec(ctx, set, bot, s.botMAC(bot, secret)); err != nil {
		return fmt.Errorf("keep bot token: %w", err)
	}
	return nil
}

func (s *Service) botMAC(bot ids.User, secret string) []byte {
	return s.mac("bot", num(int64(bot)), []byte(secret))
}

// BotByToken returns the bot that a token belongs to. It fails with ErrBotToken.
func (s *Service) BotByToken(ctx context.Context, token string) (bot ids.User, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		bot, err = s.botByToken(ctx, tx, token)
		return err
	})
	return bot, err
}

func (s *Service) botByToken(ctx context.Context, tx *db.Tx, token string) (ids.User, error) {
	head, secret, ok := strings.Cut(token, ":")
	id, err := strconv.ParseInt(head, 10, 64)
	if !ok || err != nil || id <= 0 || len(secret) != base64.RawURLEncoding.EncodedLen(botSecretSize) {
		return 0, ErrBotToken
	}
	var want []byte
	err = tx.QueryRow(ctx, `SELECT token FROM bot_token WHERE user_id = $1`, id).Scan(&want)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return 0, fmt.Errorf("read bot token: %w", err)
	}
	if !hmac.Equal(want, s.botMAC(ids.User(id), secret)) {
		return 0, ErrBotToken
	}
	return ids.User(id), nil
}

// SignInBot signs a key in as the bot of a token. It fails with ErrAPIID or ErrBotToken.
// Spec: https://core.telegram.org/method/auth.importBotAuthorization
func (s *Service) SignInBot(ctx context.Context, by Caller, apiID int32, token string) (Login, error) {
	if apiID == 0 {
		return Login{}, ErrAPIID
	}
	var l Login
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		bot, err := s.botByToken(ctx, tx, token)
		if err != nil {
			return err
		}
		l, err = s.authorize(ctx, tx, entry{user: bot, bot: true, by: by})
		return err
	})
	return l, err
}
