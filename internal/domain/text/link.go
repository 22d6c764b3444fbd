package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// schemes are the protocols whose addresses are links.
var schemes = [...]string{"https://", "http://", "ftp://", "tg://", "ton://"}

// topDomains are those that make a link of a bare name. Others need "http://": a full list would turn every
// forgotten space behind a full stop into a link.
var topDomains = map[string]bool{
	"com": true, "org": true, "net": true, "edu": true, "gov": true, "int": true, "info": true, "biz": true, "io": true,
	"me": true, "app": true, "dev": true, "ai": true, "co": true, "tv": true, "xyz": true, "online": true, "site": true,
	"no": true, "se": true, "dk": true, "fi": true, "is": true, "de": true, "at": true, "ch": true, "fr": true, "it": true,
	"es": true, "pt": true, "nl": true, "be": true, "lu": true, "uk": true, "ie": true, "eu": true, "pl": true, "cz": true,
	"sk": true, "hu": true, "ro": true, "bg": true, "gr": true, "tr": true, "ua": true, "ru": true, "by": true, "kz": true,
	"lt": true, "lv": true, "ee": true, "us": true, "ca": true, "mx": true, "br": true, "ar": true, "cl": true, "au": true,
	"nz": true, "jp": true, "cn": true, "kr": true, "in": true, "ir": true, "il": true, "za": true, "ng": true, "id": true,
	"sg": true, "hk": true, "tw": true, "vn": true, "th": true, "ph": true, "рф": true, "укр": true,
}

// link reports what kind of address s begins with, and its length in bytes.
func link(s string) (Kind, int) {
	for _, scheme := range schemes {
		if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			if host := hostLen(s[len(scheme):]); host > 0 {
				n := len(scheme) + host
				return URL, n + pathLen(s[n:])
			}
			return "", 0
		}
	}
	if n := emailLen(s); n > 0 {
		return Email, n
	}
	n := hostLen(s)
	if n == 0 || !isNamed(s[:n]) || n < len(s) && s[n] == '@' {
		return "", 0
	}
	return URL, n + pathLen(s[n:])
}

// hostLen is the length of the host name that s begins with.
func hostLen(s string) int {
	n := 0
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '.' && r != '_' {
			break
		}
		n = i + utf8.RuneLen(r)
	}
	return len(strings.TrimRight(s[:n], ".-_"))
}

// isNamed reports whether host ends in a well-known top domain.
func isNamed(host string) bool {
	dot := strings.LastIndexByte(host, '.')
	if dot <= 0 || len(host)-dot > maxTopLabel || strings.Contains(host, "..") {
		return false
	}
	return topDomains[strings.ToLower(host[dot+1:])]
}

func emailLen(s string) int {
	local := run(s, func(c byte) bool { return isNameByte(c) || strings.IndexByte(".+-%", c) >= 0 })
	if local == 0 || local >= len(s) || s[local] != '@' {
		return 0
	}
	host := hostLen(s[local+1:])
	if dot := strings.LastIndexByte(s[local+1:local+1+host], '.'); dot <= 0 || host-dot < 3 {
		return 0
	}
	return local + 1 + host
}

// pathLen is the length of port, path, query and fragment at the beginning of s, without the punctuation of the
// sentence around.
func pathLen(s string) int {
	if s == "" || !strings.ContainsRune(":/?#", rune(s[0])) {
		return 0
	}
	end := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>\"«»", r) })
	if end < 0 {
		end = len(s)
	}
	part := strings.TrimRight(s[:end], ".,:;!?'`")
	for strings.HasSuffix(part, ")") && strings.Count(part, ")") > strings.Count(part, "(") {
		part = strings.TrimRight(part[:len(part)-1], ".,:;!?'`")
	}
	return len(part)
}
