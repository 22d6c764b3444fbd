package signin

import (
	"context"
	"crypto/rand"

	"hermod/internal/domain/auth"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// secureRandomSize is the number of random bytes that clients mix into their own.
const secureRandomSize = 256

func (h *Handlers) registerPassword(r *rpc.Router) {
	handle(r, rpc.Anyone, h.getPassword)
	handle(r, rpc.UserOnly, h.getPasswordSettings)
	handle(r, rpc.UserOnly, h.updatePasswordSettings)
	handle(r, rpc.Anyone, h.checkPassword)
	handle(r, rpc.Anyone, h.requestPasswordRecovery)
	handle(r, rpc.Anyone, h.checkRecoveryPassword)
	handle(r, rpc.Anyone, h.recoverPassword)
	handle(r, rpc.UserOnly, h.confirmPasswordEmail)
	handle(r, rpc.UserOnly, h.resendPasswordEmail)
	handle(r, rpc.UserOnly, h.cancelPasswordEmail)
	handle(r, rpc.UserOnly, h.resetPassword)
	handle(r, rpc.UserOnly, h.declinePasswordReset)
	handle(r, rpc.UserOnly, h.getTmpPassword)
}

// holder is the user of the call's key, also while the password is missing.
func (h *Handlers) holder(ctx context.Context, call *rpc.Call) (ids.User, error) {
	if call.User != 0 {
		return call.User, nil
	}
	return h.auth.HolderOf(ctx, call.Key)
}

// getPassword serves https://core.telegram.org/method/account.getPassword.
func (h *Handlers) getPassword(ctx context.Context, call *rpc.Call, _ *tg.AccountGetPassword) (*tg.AccountPassword, error) {
	user, err := h.holder(ctx, call)
	if err != nil {
		return nil, err
	}
	st, err := h.auth.Password(ctx, user)
	if err != nil {
		return nil, err
	}
	random := make([]byte, secureRandomSize+8)
	if _, err := rand.Read(random); err != nil {
		return nil, err
	}
	out := &tg.AccountPassword{
		HasRecovery: st.HasRecovery, HasPassword: st.Set,
		EmailUnconfirmedPattern: optional(st.Unconfirmed), LoginEmailPattern: optional(st.LoginPattern),
		NewAlgo:       algo(st, st.NewSalts),
		NewSecureAlgo: &tg.SecurePasswordKdfAlgoPBKDF2HMACSHA512iter100000{Salt: random[secureRandomSize:]},
		SecureRandom:  random[:secureRandomSize],
	}
	if !st.ResetAt.IsZero() {
		out.PendingResetDate = new(unix(st.ResetAt))
	}
	if st.Set {
		out.CurrentAlgo, out.SrpB = algo(st, st.Challenge.Salts), st.Challenge.Public
		out.SrpID, out.Hint = new(st.Challenge.ID), optional(st.Hint)
	}
	return out, nil
}

type modPow = tg.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow

func algo(st auth.PasswordState, salts auth.Salts) *modPow {
	return &modPow{Salt1: salts.Salt1, Salt2: salts.Salt2, G: int32(st.G), P: st.Prime}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// proof reads an answer to the password challenge; the zero Proof for none.
func proof(in tg.InputCheckPasswordSRPClass) auth.Proof {
	p, ok := in.(*tg.InputCheckPasswordSRP)
	if !ok {
		return auth.Proof{}
	}
	return auth.Proof{ID: p.SrpID, A: p.A, M1: p.M1}
}

// settings reads what is to become of a password.
func settings(in *tg.AccountPasswordInputSettings) auth.NewPassword {
	var n auth.NewPassword
	if in == nil {
		return n
	}
	if in.NewAlgo != nil {
		n.Change = true
		if in.Hint != nil {
			n.Hint = *in.Hint
		}
		if a, ok := in.NewAlgo.(*modPow); ok { // any other algorithm means removal
			n.Verifier, n.Salts = in.NewPasswordHash, auth.Salts{Salt1: a.Salt1, Salt2: a.Salt2}
			n.G, n.Prime = int(a.G), a.P
		}
	}
	if in.Email != nil {
		n.ChangeEmail, n.Email = true, *in.Email
	}
	return n
}

// getPasswordSettings serves https://core.telegram.org/method/account.getPasswordSettings.
func (h *Handlers) getPasswordSettings(ctx context.Context, call *rpc.Call, in *tg.AccountGetPasswordSettings) (*tg.AccountPasswordSettings, error) {
	email, err := h.auth.RecoveryEmail(ctx, call.User, proof(in.Password))
	if err != nil {
		return nil, err
	}
	return &tg.AccountPasswordSettings{Email: optional(email)}, nil
}

// updatePasswordSettings serves https://core.telegram.org/method/account.updatePasswordSettings.
func (h *Handlers) updatePasswordSettings(ctx context.Context, call *rpc.Call, in *tg.AccountUpdatePasswordSettings) (tg.Bool, error) {
	return done(h.auth.UpdatePassword(ctx, call.User, proof(in.Password), settings(in.NewSettings)))
}

// checkPassword serves https://core.telegram.org/method/auth.checkPassword.
func (h *Handlers) checkPassword(ctx context.Context, call *rpc.Call, in *tg.AuthCheckPassword) (tg.AuthAuthorizationClass, error) {
	l, err := h.auth.CheckPassword(ctx, caller(call), proof(in.Password))
	if err != nil {
		return nil, err
	}
	return h.admit(ctx, call, l)
}

// requestPasswordRecovery serves https://core.telegram.org/method/auth.requestPasswordRecovery.
func (h *Handlers) requestPasswordRecovery(ctx context.Context, call *rpc.Call, _ *tg.AuthRequestPasswordRecovery) (*tg.AuthPasswordRecovery, error) {
	user, err := h.holder(ctx, call)
	if err != nil {
		return nil, err
	}
	sent, err := h.auth.RequestRecovery(ctx, user)
	if err != nil {
		return nil, err
	}
	return &tg.AuthPasswordRecovery{EmailPattern: sent.Pattern}, nil
}

// checkRecoveryPassword serves https://core.telegram.org/method/auth.checkRecoveryPassword.
func (h *Handlers) checkRecoveryPassword(ctx context.Context, call *rpc.Call, in *tg.AuthCheckRecoveryPassword) (tg.Bool, error) {
	user, err := h.holder(ctx, call)
	if err != nil {
		return false, err
	}
	return done(recoveryError(h.auth.CheckRecovery(ctx, user, in.Code)))
}

// recoverPassword serves https://core.telegram.org/method/auth.recoverPassword.
func (h *Handlers) recoverPassword(ctx context.Context, call *rpc.Call, in *tg.AuthRecoverPassword) (tg.AuthAuthorizationClass, error) {
	if in.Code == "" {
		return nil, rpc.BadRequest("CODE_EMPTY")
	}
	var n *auth.NewPassword
	if in.NewSettings != nil && in.NewSettings.NewAlgo != nil {
		n = new(settings(in.NewSettings))
	}
	l, err := h.auth.Recover(ctx, caller(call), in.Code, n)
	if err != nil {
		return nil, recoveryError(err)
	}
	return h.admit(ctx, call, l)
}

// confirmPasswordEmail serves https://core.telegram.org/method/account.confirmPasswordEmail.
func (h *Handlers) confirmPasswordEmail(ctx context.Context, call *rpc.Call, in *tg.AccountConfirmPasswordEmail) (tg.Bool, error) {
	return done(draftError(h.auth.ConfirmEmail(ctx, call.User, in.Code)))
}

// resendPasswordEmail serves https://core.telegram.org/method/account.resendPasswordEmail.
func (h *Handlers) resendPasswordEmail(ctx context.Context, call *rpc.Call, _ *tg.AccountResendPasswordEmail) (tg.Bool, error) {
	return done(draftError(h.auth.ResendEmail(ctx, call.User)))
}

// cancelPasswordEmail serves https://core.telegram.org/method/account.cancelPasswordEmail.
func (h *Handlers) cancelPasswordEmail(ctx context.Context, call *rpc.Call, _ *tg.AccountCancelPasswordEmail) (tg.Bool, error) {
	return done(h.auth.CancelEmail(ctx, call.User))
}

// resetPassword serves https://core.telegram.org/method/account.resetPassword.
func (h *Handlers) resetPassword(ctx context.Context, call *rpc.Call, _ *tg.AccountResetPassword) (tg.AccountResetPasswordResultClass, error) {
	r, err := h.auth.ResetPassword(ctx, call.User)
	switch {
	case err != nil:
		return nil, err
	case !r.Until.IsZero():
		return &tg.AccountResetPasswordRequestedWait{UntilDate: unix(r.Until)}, nil
	case !r.Retry.IsZero():
		return &tg.AccountResetPasswordFailedWait{RetryDate: unix(r.Retry)}, nil
	}
	return &tg.AccountResetPasswordOk{}, nil
}

// declinePasswordReset serves https://core.telegram.org/method/account.declinePasswordReset.
func (h *Handlers) declinePasswordReset(ctx context.Context, call *rpc.Call, _ *tg.AccountDeclinePasswordReset) (tg.Bool, error) {
	return done(h.auth.DeclineReset(ctx, call.User))
}

// getTmpPassword serves https://core.telegram.org/method/account.getTmpPassword. Such passwords are for payments, of
// which there are none.
func (h *Handlers) getTmpPassword(context.Context, *rpc.Call, *tg.AccountGetTmpPassword) (*tg.AccountTmpPassword, error) {
	return nil, rpc.BadRequest("TMP_PASSWORD_DISABLED")
}
