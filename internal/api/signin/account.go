package signin

import (
	"context"

	"hermod/internal/domain/auth"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerAccount(r *rpc.Router) {
	handle(r, rpc.UserOnly, h.sendChangePhoneCode)
	handle(r, rpc.UserOnly, h.changePhone)
	handle(r, rpc.Anyone, h.deleteAccount)
	handle(r, rpc.UserOnly, h.sendConfirmPhoneCode)
	handle(r, rpc.UserOnly, h.confirmPhone)
	handle(r, rpc.UserOnly, h.getAccountTTL)
	handle(r, rpc.UserOnly, h.setAccountTTL)
}

// sendChangePhoneCode serves https://core.telegram.org/method/account.sendChangePhoneCode.
func (h *Handlers) sendChangePhoneCode(ctx context.Context, call *rpc.Call, in *tg.AccountSendChangePhoneCode) (tg.AuthSentCodeClass, error) {
	sent, err := h.auth.SendChangeCode(ctx, call.User, caller(call), in.PhoneNumber)
	if err != nil {
		return nil, err
	}
	return h.sent(ctx, sent), nil
}

// changePhone serves https://core.telegram.org/method/account.changePhone.
func (h *Handlers) changePhone(ctx context.Context, call *rpc.Call, in *tg.AccountChangePhone) (tg.UserClass, error) {
	answer := auth.Answer{By: caller(call), Phone: in.PhoneNumber, Hash: in.PhoneCodeHash, Code: in.PhoneCode}
	if err := h.auth.ChangePhone(ctx, call.User, answer); err != nil {
		return nil, err
	}
	return h.me(ctx, call)
}

// deleteAccount serves https://core.telegram.org/method/account.deleteAccount. Who has lost his password calls it
// as well.
func (h *Handlers) deleteAccount(ctx context.Context, call *rpc.Call, in *tg.AccountDeleteAccount) (tg.Bool, error) {
	if call.Bot {
		return false, rpc.ErrBotMethod
	}
	var p *auth.Proof
	if _, ok := in.Password.(*tg.InputCheckPasswordSRP); ok {
		p = new(proof(in.Password))
	}
	notices, err := h.auth.DeleteAccount(ctx, caller(call), p)
	h.tell(ctx, notices)
	if err == nil {
		signOut(call)
	}
	return done(err)
}

// sendConfirmPhoneCode serves https://core.telegram.org/method/account.sendConfirmPhoneCode.
func (h *Handlers) sendConfirmPhoneCode(ctx context.Context, call *rpc.Call, in *tg.AccountSendConfirmPhoneCode) (tg.AuthSentCodeClass, error) {
	sent, err := h.auth.SendConfirmCode(ctx, call.User, caller(call), in.Hash)
	if err != nil {
		return nil, err
	}
	return h.sent(ctx, sent), nil
}

// confirmPhone serves https://core.telegram.org/method/account.confirmPhone.
func (h *Handlers) confirmPhone(ctx context.Context, call *rpc.Call, in *tg.AccountConfirmPhone) (tg.Bool, error) {
	return done(h.auth.ConfirmPhone(ctx, call.User, caller(call), in.PhoneCodeHash, in.PhoneCode))
}

// getAccountTTL serves https://core.telegram.org/method/account.getAccountTTL.
func (h *Handlers) getAccountTTL(ctx context.Context, call *rpc.Call, _ *tg.AccountGetAccountTTL) (*tg.AccountDaysTTL, error) {
	days, _, err := h.auth.Life(ctx, call.User)
	if err != nil {
		return nil, err
	}
	return &tg.AccountDaysTTL{Days: int32(days)}, nil
}

// setAccountTTL serves https://core.telegram.org/method/account.setAccountTTL.
func (h *Handlers) setAccountTTL(ctx context.Context, call *rpc.Call, in *tg.AccountSetAccountTTL) (tg.Bool, error) {
	return done(h.auth.SetAccountDays(ctx, call.User, int(in.TTL.Days)))
}
