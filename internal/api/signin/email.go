package signin

import (
	"context"
	"errors"

	"hermod/internal/domain/auth"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerEmail(r *rpc.Router) {
	handle(r, rpc.Anyone, h.sendVerifyEmailCode)
	handle(r, rpc.Anyone, h.verifyEmail)
}

// purpose reads what an e-mail is verified for; the zero purpose is for nothing.
func purpose(call *rpc.Call, in tg.EmailVerifyPurposeClass) auth.EmailPurpose {
	switch p := in.(type) {
	case *tg.EmailVerifyPurposeLoginSetup:
		return auth.EmailPurpose{SetUp: &auth.SetUp{By: caller(call), Phone: p.PhoneNumber, Hash: p.PhoneCodeHash}}
	case *tg.EmailVerifyPurposeLoginChange:
		return auth.EmailPurpose{Change: call.User}
	}
	return auth.EmailPurpose{Other: call.User}
}

// sendVerifyEmailCode serves https://core.telegram.org/method/account.sendVerifyEmailCode.
func (h *Handlers) sendVerifyEmailCode(ctx context.Context, call *rpc.Call, in *tg.AccountSendVerifyEmailCode) (*tg.AccountSentEmailCode, error) {
	sent, err := h.auth.SendEmailCode(ctx, purpose(call, in.Purpose), in.Email)
	if err != nil {
		return nil, setUpError(err)
	}
	return &tg.AccountSentEmailCode{EmailPattern: sent.Pattern, Length: int32(sent.Length)}, nil
}

// verifyEmail serves https://core.telegram.org/method/account.verifyEmail.
func (h *Handlers) verifyEmail(ctx context.Context, call *rpc.Call, in *tg.AccountVerifyEmail) (tl.Object, error) {
	code, ok := in.Verification.(*tg.EmailVerificationCode)
	if !ok {
		return nil, auth.ErrEmailCode // tokens of Google and Apple
	}
	email, sent, err := h.auth.VerifyEmail(ctx, purpose(call, in.Purpose), code.Code)
	switch {
	case err != nil:
		return nil, setUpError(err)
	case call.Layer < layerEmailAnswers:
		return tg.Bool(true), nil
	case sent != nil:
		return &tg.AccountEmailVerifiedLogin{Email: email, SentCode: h.sent(ctx, *sent)}, nil
	}
	return &tg.AccountEmailVerified{Email: email}, nil
}

// The same error has another name in each of the flows.

func setUpError(err error) error {
	if errors.Is(err, auth.ErrCodeExpired) {
		return rpc.BadRequest("PHONE_HASH_EXPIRED")
	}
	return err
}

func draftError(err error) error {
	if errors.Is(err, auth.ErrEmailExpired) {
		return rpc.BadRequest("EMAIL_HASH_EXPIRED")
	}
	return err
}

func recoveryError(err error) error {
	if errors.Is(err, auth.ErrEmailExpired) {
		return rpc.BadRequest("PASSWORD_RECOVERY_EXPIRED")
	}
	return err
}
