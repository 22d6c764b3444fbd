package signin

import (
	"context"

	"hermod/internal/domain/auth"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerLogins(r *rpc.Router) {
	handle(r, rpc.UserOnly, h.getAuthorizations)
	handle(r, rpc.UserOnly, h.resetAuthorization)
	handle(r, rpc.UserOnly, h.resetAuthorizations)
	handle(r, rpc.UserOnly, h.changeAuthorizationSettings)
	handle(r, rpc.UserOnly, h.setAuthorizationTTL)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getWebAuthorizations)
	rpc.HandleEmpty(r, rpc.UserOnly, h.resetWebAuthorization)
	rpc.HandleEmpty(r, rpc.UserOnly, h.resetWebAuthorizations)
	handle(r, rpc.UserOnly, h.registerDevice)
	handle(r, rpc.UserOnly, h.unregisterDevice)
	rpc.HandleEmpty(r, rpc.UserOnly, h.updateDeviceLocked)
}

// getAuthorizations serves https://core.telegram.org/method/account.getAuthorizations. The caller's own comes first.
func (h *Handlers) getAuthorizations(ctx context.Context, call *rpc.Call, _ *tg.AccountGetAuthorizations) (*tg.AccountAuthorizations, error) {
	logins, err := h.auth.Logins(ctx, call.User, call.Key)
	if err != nil {
		return nil, err
	}
	_, days, err := h.auth.Life(ctx, call.User)
	if err != nil {
		return nil, err
	}
	out := &tg.AccountAuthorizations{AuthorizationTTLDays: int32(days), Authorizations: make([]*tg.Authorization, 0, len(logins))}
	for _, current := range []bool{true, false} {
		for _, l := range logins {
			if l.Current == current {
				out.Authorizations = append(out.Authorizations, authorization(l))
			}
		}
	}
	return out, nil
}

// programs are clients that can be told by the language pack they ask for.
var programs = map[string]string{
	"android":   "Telegram Android",
	"android_x": "Telegram X",
	"ios":       "Telegram iOS",
	"macos":     "Telegram macOS",
	"tdesktop":  "Telegram Desktop",
	"weba":      "Telegram Web A",
	"webk":      "Telegram Web K",
	"web":       "Hermod Web",
}

func authorization(l auth.Login) *tg.Authorization {
	a := &tg.Authorization{
		Current: l.Current, PasswordPending: l.Pending, Unconfirmed: l.Unconfirmed,
		EncryptedRequestsDisabled: l.NoSecret, CallRequestsDisabled: l.NoCalls,
		Hash: l.Hash, DeviceModel: l.Client.Device, SystemVersion: l.Client.System, APIID: l.Client.APIID,
		AppName: programs[l.Client.LangPack], AppVersion: l.Client.App,
		DateCreated: unix(l.CreatedAt), DateActive: unix(l.ActiveAt), IP: l.Address,
	}
	if a.AppName == "" {
		a.AppName = "API client"
	}
	if l.Current {
		a.Hash = 0 // TDLib tells the current one by it
	}
	return a
}

// resetAuthorization serves https://core.telegram.org/method/account.resetAuthorization.
func (h *Handlers) resetAuthorization(ctx context.Context, call *rpc.Call, in *tg.AccountResetAuthorization) (tg.Bool, error) {
	return done(h.auth.End(ctx, call.User, call.Key, in.Hash))
}

// resetAuthorizations serves https://core.telegram.org/method/auth.resetAuthorizations.
func (h *Handlers) resetAuthorizations(ctx context.Context, call *rpc.Call, _ *tg.AuthResetAuthorizations) (tg.Bool, error) {
	return done(h.auth.EndOthers(ctx, call.User, call.Key))
}

// changeAuthorizationSettings serves https://core.telegram.org/method/account.changeAuthorizationSettings.
func (h *Handlers) changeAuthorizationSettings(ctx context.Context, call *rpc.Call, in *tg.AccountChangeAuthorizationSettings) (tg.Bool, error) {
	return done(h.auth.ChangeLogin(ctx, call.User, call.Key, in.Hash, auth.LoginSettings{
		Confirmed: in.Confirmed, NoSecret: in.EncryptedRequestsDisabled, NoCalls: in.CallRequestsDisabled,
	}))
}

// setAuthorizationTTL serves https://core.telegram.org/method/account.setAuthorizationTTL.
func (h *Handlers) setAuthorizationTTL(ctx context.Context, call *rpc.Call, in *tg.AccountSetAuthorizationTTL) (tg.Bool, error) {
	return done(h.auth.SetLoginDays(ctx, call.User, call.Key, int(in.AuthorizationTTLDays)))
}

// getWebAuthorizations serves https://core.telegram.org/method/account.getWebAuthorizations. No website lets people in
// by an account here.
func (h *Handlers) getWebAuthorizations(context.Context, *rpc.Call, *tg.AccountGetWebAuthorizations) (*tg.AccountWebAuthorizations, error) {
	return &tg.AccountWebAuthorizations{}, nil
}

// resetWebAuthorization serves https://core.telegram.org/method/account.resetWebAuthorization.
func (h *Handlers) resetWebAuthorization(context.Context, *rpc.Call, *tg.AccountResetWebAuthorization) (tg.Bool, error) {
	return done(auth.ErrHash)
}

// resetWebAuthorizations serves https://core.telegram.org/method/account.resetWebAuthorizations.
func (h *Handlers) resetWebAuthorizations(context.Context, *rpc.Call, *tg.AccountResetWebAuthorizations) (tg.Bool, error) {
	return true, nil
}

// webPush is the type of a token that is a subscription of a browser.
// Spec: https://core.telegram.org/api/push-updates#subscribing-to-notifications
const webPush = 10

// registerDevice serves https://core.telegram.org/method/account.registerDevice. Browsers are pushed to. Nothing is pushed
// through the makers of telephones; clients take no for an error and ask again, so they are told yes.
func (h *Handlers) registerDevice(ctx context.Context, call *rpc.Call, in *tg.AccountRegisterDevice) (tg.Bool, error) {
	if in.TokenType != webPush || h.o.Push == nil {
		return true, nil
	}
	return done(h.o.Push.Register(ctx, call.User, call.Key, in.Token))
}

// unregisterDevice serves https://core.telegram.org/method/account.unregisterDevice.
func (h *Handlers) unregisterDevice(ctx context.Context, call *rpc.Call, in *tg.AccountUnregisterDevice) (tg.Bool, error) {
	if in.TokenType != webPush || h.o.Push == nil {
		return true, nil
	}
	return done(h.o.Push.Unregister(ctx, call.User, call.Key))
}

// updateDeviceLocked serves https://core.telegram.org/method/account.updateDeviceLocked.
func (h *Handlers) updateDeviceLocked(context.Context, *rpc.Call, *tg.AccountUpdateDeviceLocked) (tg.Bool, error) {
	return true, nil
}
