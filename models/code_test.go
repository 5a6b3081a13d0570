package models

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
)

var (
	testKey  = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	testKeys = func(id int) (ed25519.PublicKey, bool) { return testKey.Public().(ed25519.PublicKey), id == 1 }
)

func TestToken(t *testing.T) {
	want := Token{KeyID: 1, VoucherID: 1<<48 - 1, Programme: 1, Spot: 255, Party: 20, Day: "2021-12-31", Holder: [8]byte{1, 2, 3}, Flags: 3}
	text := want.Sign(testKey)
	if len(text) != 138 || strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		t.Fatalf("%d characters: %s", len(text), text)
	}
	for _, form := range []string{text, strings.ToLower(text), "HTTPS://JIEBAN.EXAMPLE/V/" + text, "https://x/v/" + text, " " + text[:70] + "\n" + text[70:] + " "} {
		got, err := ReadToken(form, testKeys)
		if err != nil || got != want {
			t.Errorf("%q: %+v %v", form, got, err)
		}
	}
}

func TestTokenRefuses(t *testing.T) {
	text := Token{KeyID: 1, VoucherID: 7, Programme: 1, Spot: 1, Party: 2, Day: "2021-07-17"}.Sign(testKey)
	other := Token{KeyID: 2, VoucherID: 7, Programme: 1, Spot: 1, Party: 2, Day: "2021-07-17"}.Sign(testKey)
	for name, c := range map[string]struct {
		text string
		want *Error
	}{
		"empty":              {"", ErrTokenInvalid},
		"too short":          {text[1:], ErrTokenInvalid},
		"not base32":         {"!" + text[1:], ErrTokenInvalid},
		"another version":    {"E" + text[1:], ErrTokenInvalid},
		"a changed letter":   {text[:20] + flip(text[20]) + text[21:], ErrTokenForged},
		"a changed last one": {text[:136] + flip(text[136]) + text[137:], ErrTokenForged},
		"an unknown key":     {other, ErrTokenForged},
		"huge":               {strings.Repeat("A", 10_000), ErrTokenInvalid},
		"control characters": {"\x00\x1b" + text, ErrTokenInvalid},
	} {
		if _, err := ReadToken(c.text, testKeys); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want.Code)
		}
	}
}

func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

func FuzzReadToken(f *testing.F) {
	f.Add(Token{KeyID: 1, VoucherID: 7, Programme: 1, Spot: 1, Party: 2, Day: "2021-07-17"}.Sign(testKey))
	f.Add("HTTPS://X/V/")
	f.Add(strings.Repeat("A", 138))
	f.Fuzz(func(t *testing.T, text string) {
		token, err := ReadToken(text, testKeys)
		if err == nil && !strings.Contains(strings.ToUpper(strings.Join(strings.Fields(text), "")), token.Sign(testKey)) {
			t.Errorf("%q was read as a token that says something else: %+v", text, token)
		}
	})
}
