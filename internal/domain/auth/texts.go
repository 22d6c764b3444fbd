package auth

import "strings"

// codeText is the message that brings a code to the user's own devices.
func codeText(code string) string {
	return "Login code: " + code + ". Do not give this code to anyone, even if they say they are from Hermod!\n\n" +
		"This code can be used to log in to your account. We never ask it for anything else.\n\n" +
		"If you did not request this code by trying to log in on another device, simply ignore this message."
}

// loginText tells of a new login.
func loginText(l Login) string {
	var b strings.Builder
	b.WriteString("New login. We detected a login into your account from a new device on ")
	b.WriteString(l.CreatedAt.UTC().Format("02/01/2006 at 15:04:05 UTC"))
	b.WriteString(".\n\nDevice: " + l.Client.App + ", " + l.Client.Device + ", " + l.Client.System)
	if l.Address != "" {
		b.WriteString("\nAddress: " + l.Address)
	}
	b.WriteString("\n\nIf this was not you, you can end that session in Settings > Devices " +
		"(or Privacy and Security > Active Sessions).")
	return b.String()
}

// deletionText warns of somebody who asked to delete the account without its password.
func deletionText(phone, hash, date string) string {
	return "Somebody with access to your phone number +" + phone + " asked to delete your account and could not enter its " +
		"password. It will be possible on " + date + ".\n\nIf this was not you, stop it here: " +
		"https://t.me/confirmphone?phone=" + phone + "&hash=" + hash
}
