package signin

import (
	"context"

	"hermod/internal/domain/auth"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerTokens(r *rpc.Router) {
	handle(r, rpc.Anyone, h.exportLoginToken)
	handle(r, rpc.Anyone, h.importLoginToken)
	handle(r, rpc.UserOnly, h.acceptLoginToken)
	handle(r, rpc.SignedIn, h.exportAuthorization)
	handle(r, rpc.Anyone, h.importAuthorization)
	handle(r, rpc.Anyone, h.importBotAuthorization)
	handle(r, rpc.Anyone, h.bindTempAuthKey)
	handle(r, rpc.Anyone, h.dropTempAuthKeys)
}

// exportLoginToken serves https://core.telegram.org/method/auth.exportLoginToken.
func (h *Handlers) exportLoginToken(ctx context.Context, call *rpc.Call, in *tg.AuthExportLoginToken) (tg.AuthLoginTokenClass, error) {
	t, err := h.auth.ExportToken(ctx, caller(call), in.APIID, in.ExceptIDs)
	if err != nil {
		return nil, err
	}
	return h.loginToken(ctx, call, t)
}

// importLoginToken serves https://core.telegram.org/method/auth.importLoginToken.
func (h *Handlers) importLoginToken(ctx context.Context, call *rpc.Call, in *tg.AuthImportLoginToken) (tg.AuthLoginTokenClass, error) {
	t, err := h.auth.ImportToken(ctx, caller(call), in.Token)
	if err != nil {
		return nil, err
	}
	return h.loginToken(ctx, call, t)
}

func (h *Handlers) loginToken(ctx context.Context, call *rpc.Call, t auth.LoginToken) (tg.AuthLoginTokenClass, error) {
	if t.Login == nil {
		return &tg.AuthLoginToken{Expires: unix(t.ExpiresAt), Token: t.Token}, nil
	}
	a, err := h.admit(ctx, call, *t.Login)
	if err != nil {
		return nil, err
	}
	return &tg.AuthLoginTokenSuccess{Authorization: a}, nil
}

// acceptLoginToken serves https://core.telegram.org/method/auth.acceptLoginToken.
func (h *Handlers) acceptLoginToken(ctx context.Context, call *rpc.Call, in *tg.AuthAcceptLoginToken) (*tg.Authorization, error) {
	l, err := h.auth.AcceptToken(ctx, call.User, in.Token)
	if err != nil {
		return nil, err
	}
	return authorization(l), nil
}

// exportAuthorization serves https://core.telegram.org/method/auth.exportAuthorization.
func (h *Handlers) exportAuthorization(_ context.Context, call *rpc.Call, in *tg.AuthExportAuthorization) (*tg.AuthExportedAuthorization, error) {
	b, err := h.auth.Export(call.User, call.Key, in.DCID)
	if err != nil {
		return nil, err
	}
	return &tg.AuthExportedAuthorization{ID: int64(call.User), Bytes: b}, nil
}

// importAuthorization serves https://core.telegram.org/method/auth.importAuthorization.
func (h *Handlers) importAuthorization(ctx context.Context, call *rpc.Call, in *tg.AuthImportAuthorization) (tg.AuthAuthorizationClass, error) {
	l, err := h.auth.Import(ctx, caller(call), ids.User(in.ID), in.Bytes)
	if err != nil {
		return nil, err
	}
	return h.admit(ctx, call, l)
}

// importBotAuthorization serves https://core.telegram.org/method/auth.importBotAuthorization.
func (h *Handlers) importBotAuthorization(ctx context.Context, call *rpc.Call, in *tg.AuthImportBotAuthorization) (tg.AuthAuthorizationClass, error) {
	l, err := h.auth.SignInBot(ctx, caller(call), in.APIID, in.BotAuthToken)
	if err != nil {
		return nil, err
	}
	return h.admit(ctx, call, l)
}

// bindTempAuthKey serves https://core.telegram.org/method/auth.bindTempAuthKey.
func (h *Handlers) bindTempAuthKey(ctx context.Context, call *rpc.Call, in *tg.AuthBindTempAuthKey) (tg.Bool, error) {
	if call.TempKey == 0 {
		return false, auth.ErrNotTemporary
	}
	err := h.auth.Bind(ctx, auth.Binding{
		Temp: call.TempKey, Perm: ids.AuthKey(in.PermAuthKeyID), Session: call.Session, MsgID: call.MsgID,
		Nonce: in.Nonce, ExpiresAt: in.ExpiresAt, Encrypted: in.EncryptedMessage,
	})
	if err == nil {
		call.Key = ids.AuthKey(in.PermAuthKeyID)
	}
	return done(err)
}

// dropTempAuthKeys serves https://core.telegram.org/method/auth.dropTempAuthKeys. The one by which the call came
// stays: its answer has to get through.
func (h *Handlers) dropTempAuthKeys(ctx context.Context, call *rpc.Call, in *tg.AuthDropTempAuthKeys) (tg.Bool, error) {
	return done(h.auth.DropTemporary(ctx, call.Key, append(in.ExceptAuthKeys, int64(call.TempKey))))
}
