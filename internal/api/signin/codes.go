package signin

import (
	"context"
	"errors"

	"hermod/internal/domain/auth"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// The layers in which something began.
const (
	layerLoggedOut    = 135 // auth.loggedOut; before it auth.logOut is a Bool
	layerEmailCode    = 145 // codes by e-mail
	layerSentAndDone  = 152 // auth.sentCodeSuccess
	layerEmailAnswers = 145 // account.emailVerified; before it account.verifyEmail is a Bool
)

func (h *Handlers) registerCodes(r *rpc.Router) {
	handle(r, rpc.Anyone, h.sendCode)
	handle(r, rpc.Anyone, h.resendCode)
	handle(r, rpc.Anyone, h.cancelCode)
	handle(r, rpc.Anyone, h.reportMissingCode)
	handle(r, rpc.Anyone, h.resetLoginEmail)
	handle(r, rpc.Anyone, h.signIn)
	handle(r, rpc.Anyone, h.signUp)
	handle(r, rpc.Anyone, h.logOut)
	handle(r, rpc.UserOnly, h.invalidateSignInCodes)
}

// sendCode serves https://core.telegram.org/method/auth.sendCode.
func (h *Handlers) sendCode(ctx context.Context, call *rpc.Call, in *tg.AuthSendCode) (tg.AuthSentCodeClass, error) {
	req := auth.CodeRequest{By: caller(call), Phone: in.PhoneNumber, APIID: in.APIID, NoEmail: call.Layer < layerEmailCode}
	if in.Settings != nil && call.Layer >= layerSentAndDone {
		req.FutureTokens = in.Settings.LogoutTokens
	}
	sent, err := h.auth.SendCode(ctx, req)
	if err != nil {
		return nil, err
	}
	if sent.Login != nil {
		a, err := h.admit(ctx, call, *sent.Login)
		return &tg.AuthSentCodeSuccess{Authorization: a}, err
	}
	return h.sent(ctx, sent), nil
}

// sent shapes how a code went out, and brings it to the user's devices if that is the way.
func (h *Handlers) sent(ctx context.Context, sent auth.Sent) *tg.AuthSentCode {
	h.tell(ctx, sent.Notices)
	out := &tg.AuthSentCode{Type: sentType(sent), PhoneCodeHash: sent.Hash, NextType: nextType(sent.Next)}
	if sent.Next != "" {
		out.Timeout = new(int32(seconds(sent.Timeout)))
	}
	return out
}

func sentType(sent auth.Sent) tg.AuthSentCodeTypeClass {
	n := int32(sent.Length)
	switch sent.Kind {
	case auth.App:
		return &tg.AuthSentCodeTypeApp{Length: n}
	case auth.Call:
		return &tg.AuthSentCodeTypeCall{Length: n}
	case auth.SetUpEmail:
		return &tg.AuthSentCodeTypeSetUpEmailRequired{}
	case auth.Email:
		t := &tg.AuthSentCodeTypeEmailCode{EmailPattern: sent.EmailPattern, Length: n}
		if !sent.ResetDate.IsZero() {
			t.ResetPendingDate = new(unix(sent.ResetDate))
		} else if sent.EmailReset > 0 {
			t.ResetAvailablePeriod = new(int32(seconds(sent.EmailReset)))
		}
		return t
	}
	return &tg.AuthSentCodeTypeSms{Length: n}
}

// nextType announces the next way. The schema has no word for e-mail here; it counts as a text message.
func nextType(k auth.Kind) tg.AuthCodeTypeClass {
	switch k {
	case "":
		return nil
	case auth.Call:
		return &tg.AuthCodeTypeCall{}
	}
	return &tg.AuthCodeTypeSms{}
}

// resendCode serves https://core.telegram.org/method/auth.resendCode.
func (h *Handlers) resendCode(ctx context.Context, call *rpc.Call, in *tg.AuthResendCode) (tg.AuthSentCodeClass, error) {
	sent, err := h.auth.ResendCode(ctx, caller(call), in.PhoneNumber, in.PhoneCodeHash)
	if err != nil {
		return nil, err
	}
	return h.sent(ctx, sent), nil
}

// cancelCode serves https://core.telegram.org/method/auth.cancelCode.
func (h *Handlers) cancelCode(ctx context.Context, call *rpc.Call, in *tg.AuthCancelCode) (tg.Bool, error) {
	return done(h.auth.CancelCode(ctx, caller(call), in.PhoneNumber, in.PhoneCodeHash))
}

// reportMissingCode serves https://core.telegram.org/method/auth.reportMissingCode.
func (h *Handlers) reportMissingCode(context.Context, *rpc.Call, *tg.AuthReportMissingCode) (tg.Bool, error) {
	return true, nil
}

// resetLoginEmail serves https://core.telegram.org/method/auth.resetLoginEmail.
func (h *Handlers) resetLoginEmail(ctx context.Context, call *rpc.Call, in *tg.AuthResetLoginEmail) (tg.AuthSentCodeClass, error) {
	sent, err := h.auth.ResetLoginEmail(ctx, caller(call), in.PhoneNumber, in.PhoneCodeHash)
	if err != nil {
		return nil, err
	}
	return h.sent(ctx, sent), nil
}

// signIn serves https://core.telegram.org/method/auth.signIn.
func (h *Handlers) signIn(ctx context.Context, call *rpc.Call, in *tg.AuthSignIn) (tg.AuthAuthorizationClass, error) {
	answer := auth.Answer{By: caller(call), Phone: in.PhoneNumber, Hash: in.PhoneCodeHash}
	switch v := in.EmailVerification.(type) {
	case *tg.EmailVerificationCode:
		answer.Code = v.Code
	case nil:
		if in.PhoneCode != nil {
			answer.Code = *in.PhoneCode
		}
	default: // tokens of Google and Apple
		return nil, auth.ErrCodeInvalid
	}
	l, err := h.auth.SignIn(ctx, answer)
	if errors.Is(err, auth.ErrSignUpRequired) {
		return &tg.AuthAuthorizationSignUpRequired{TermsOfService: h.terms()}, nil
	}
	if err != nil {
		return nil, err
	}
	return h.admit(ctx, call, l)
}

func (h *Handlers) terms() *tg.HelpTermsOfService {
	if h.o.Terms == "" {
		return nil
	}
	return &tg.HelpTermsOfService{ID: &tg.DataJSON{Data: `{"terms":1}`}, Text: h.o.Terms}
}

// signUp serves https://core.telegram.org/method/auth.signUp.
func (h *Handlers) signUp(ctx context.Context, call *rpc.Call, in *tg.AuthSignUp) (tg.AuthAuthorizationClass, error) {
	l, err := h.auth.SignUp(ctx, auth.NewPerson{
		By: caller(call), Phone: in.PhoneNumber, Hash: in.PhoneCodeHash, First: in.FirstName, Last: in.LastName,
	})
	if err != nil {
		return nil, err
	}
	a, err := h.admit(ctx, call, l)
	if err != nil {
		return nil, err
	}
	h.joined(ctx, call, in.NoJoinedNotifications)
	return a, nil
}

// joined lets those know who wait for the newcomer. The sign-up stands whether or not they hear of it.
func (h *Handlers) joined(ctx context.Context, call *rpc.Call, silent bool) {
	if h.o.Joined == nil {
		return
	}
	u, err := h.o.Users.One(ctx, call.User)
	if err == nil {
		err = h.o.Joined(ctx, u.ID, u.Phone, silent)
	}
	if err != nil {
		h.o.Log.ErrorContext(ctx, "contacts of a new user not told", "user", int64(call.User), "error", err)
	}
}

// logOut serves https://core.telegram.org/method/auth.logOut.
func (h *Handlers) logOut(ctx context.Context, call *rpc.Call, _ *tg.AuthLogOut) (tl.Object, error) {
	token, err := h.auth.LogOut(ctx, call.Key)
	if err != nil {
		return nil, err
	}
	signOut(call)
	if call.Layer < layerLoggedOut {
		return tg.Bool(true), nil
	}
	return &tg.AuthLoggedOut{FutureAuthToken: token}, nil
}

// invalidateSignInCodes serves https://core.telegram.org/method/account.invalidateSignInCodes.
func (h *Handlers) invalidateSignInCodes(ctx context.Context, call *rpc.Call, in *tg.AccountInvalidateSignInCodes) (tg.Bool, error) {
	return done(h.auth.InvalidateCodes(ctx, call.User, in.Codes))
}
