package models

import (
	"crypto/ed25519"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// Token is what a voucher's QR code says: 22 bytes and an Ed25519 signature over them, in base32. It names no person.
// Layout: version, key id, voucher id (6 bytes), programme, spot, party, visit day (2 bytes, days since 2020-01-01),
// holder (8 bytes of keyed hash, salted per voucher), flags.
type Token struct {
	KeyID     int
	VoucherID int64
	Programme int
	Spot      int
	Party     int
	Day       Day
	Holder    [8]byte
	Flags     byte
}

const (
	tokenVersion = 1
	tokenBody    = 22
)

var (
	tokenText  = base32.StdEncoding.WithPadding(base32.NoPadding)
	tokenEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	tokenChars = tokenText.EncodedLen(tokenBody + ed25519.SignatureSize)
)

// Sign writes the token as text: 138 characters of A–Z and 2–7, so that QR uses its alphanumeric mode.
func (t Token) Sign(key ed25519.PrivateKey) string {
	b := t.bytes()
	return tokenText.EncodeToString(append(b, ed25519.Sign(key, b)...))
}

func (t Token) bytes() []byte {
	b := make([]byte, tokenBody, tokenBody+ed25519.SignatureSize)
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], uint64(t.VoucherID))
	b[0], b[1] = tokenVersion, byte(t.KeyID)
	copy(b[2:8], id[2:])
	b[8], b[9], b[10] = byte(t.Programme), byte(t.Spot), byte(t.Party)
	day, _ := time.Parse(time.DateOnly, string(t.Day))
	binary.BigEndian.PutUint16(b[11:13], uint16(day.Sub(tokenEpoch)/(24*time.Hour)))
	copy(b[13:21], t.Holder[:])
	b[21] = t.Flags
	return b
}

// ReadToken reads a code as scanned or typed: the whole address or the bare token, in any case, with spaces.
// keys gives the public key of an id. It answers ErrTokenInvalid or ErrTokenForged.
func ReadToken(text string, keys func(id int) (ed25519.PublicKey, bool)) (Token, error) {
	if len(text) > 1024 {
		return Token{}, ErrTokenInvalid
	}
	s := strings.ToUpper(strings.Join(strings.Fields(text), ""))
	if i := strings.LastIndex(s, "/V/"); i >= 0 {
		s = s[i+3:]
	}
	if len(s) != tokenChars {
		return Token{}, ErrTokenInvalid
	}
	raw, err := tokenText.DecodeString(s)
	if err != nil || raw[0] != tokenVersion {
		return Token{}, ErrTokenInvalid
	}
	key, known := keys(int(raw[1]))
	if !known || !ed25519.Verify(key, raw[:tokenBody], raw[tokenBody:]) {
		return Token{}, ErrTokenForged
	}
	return tokenOf(raw), nil
}

func tokenOf(raw []byte) Token {
	var id [8]byte
	copy(id[2:], raw[2:8])
	day := tokenEpoch.AddDate(0, 0, int(binary.BigEndian.Uint16(raw[11:13])))
	t := Token{
		KeyID: int(raw[1]), VoucherID: int64(binary.BigEndian.Uint64(id[:])), Programme: int(raw[8]), Spot: int(raw[9]),
		Party: int(raw[10]), Day: Day(day.Format(time.DateOnly)), Flags: raw[21],
	}
	copy(t.Holder[:], raw[13:21])
	return t
}
