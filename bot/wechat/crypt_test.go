package wechat

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

// official is the worked example that Tencent published.
type official struct {
	Token  string `json:"token"`
	Key    string `json:"encodingAESKey"`
	AppID  string `json:"appid"`
	Verify struct {
		Timestamp, Nonce, Echostr, Signature, ExpectBody string
	} `json:"urlVerify"`
	PlainPost struct {
		Timestamp, Nonce, Signature string
	} `json:"plainPost"`
	Secure struct {
		Timestamp, Nonce, Signature, Encrypt, Plaintext, Random16 string
		MsgSignature                                              string `json:"msg_signature"`
		MsgLen                                                    int    `json:"msg_len"`
	} `json:"securePost"`
	Reply struct {
		Random16, Msg, Encrypt, Nonce, MsgSignature string
		TimeStamp                                   json.Number
	} `json:"reply"`
}

func readOfficial(t testing.TB) (o official) {
	t.Helper()
	b, err := os.ReadFile("testdata/official.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func mustKey(t testing.TB, s string) *aesKey {
	t.Helper()
	k, err := readKey(s)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Byte for byte, in both directions.
func TestOfficialExample(t *testing.T) {
	o := readOfficial(t)
	v, p, s, r := o.Verify, o.PlainPost, o.Secure, o.Reply
	for name, ok := range map[string]bool{
		"url":          signedBy(v.Signature, o.Token, v.Timestamp, v.Nonce),
		"plain":        signedBy(p.Signature, o.Token, p.Timestamp, p.Nonce),
		"secure":       signedBy(s.Signature, o.Token, s.Timestamp, s.Nonce),
		"secure body":  signedBy(s.MsgSignature, o.Token, s.Timestamp, s.Nonce, s.Encrypt),
		"reply":        signedBy(r.MsgSignature, o.Token, r.TimeStamp.String(), r.Nonce, r.Encrypt),
		"not the body": !signedBy(s.Signature, o.Token, s.Timestamp, s.Nonce, s.Encrypt),
		"not nothing":  !signedBy("", o.Token, v.Timestamp, v.Nonce),
	} {
		if !ok {
			t.Errorf("signature of %s", name)
		}
	}
	k := mustKey(t, o.Key)
	got, err := k.open(s.Encrypt, o.AppID)
	if err != nil || string(got) != s.Plaintext || len(got) != s.MsgLen {
		t.Errorf("opened %q, %v", got, err)
	}
	for _, c := range []struct{ random, msg, want string }{
		{s.Random16, s.Plaintext, s.Encrypt},
		{r.Random16, r.Msg, r.Encrypt},
	} {
		sealed, err := k.seal(strings.NewReader(c.random), []byte(c.msg), o.AppID)
		if err != nil || sealed != c.want {
			t.Errorf("sealed %q, %v", sealed, err)
		}
	}
}

// The whole reply, as the channel writes it.
func TestOfficialReply(t *testing.T) {
	r := readOfficial(t).Reply
	ch, _, _ := hearing(t, Secure)
	ch.random = strings.NewReader(r.Random16)
	stamp, _ := r.TimeStamp.Int64()
	got, err := ch.envelope(r.Msg, ch.keys[0], stamp, r.Nonce)
	want := "<xml>" + element("Encrypt", r.Encrypt) + element("MsgSignature", r.MsgSignature) +
		"<TimeStamp>" + r.TimeStamp.String() + "</TimeStamp>" + element("Nonce", r.Nonce) + "</xml>"
	if err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestReadKey(t *testing.T) {
	for _, c := range []struct {
		key  string
		good bool
	}{
		{testKey, true},
		{strings.Repeat("A", 42) + "B", true}, // spare bits that are not zero
		{strings.Repeat("A", 42) + "9", true},
		{strings.Repeat("A", 42), false},
		{strings.Repeat("A", 44), false},
		{strings.Repeat("A", 42) + "=", false},
		{strings.Repeat("A", 42) + "\n", false},
		{strings.Repeat("A", 42) + "-", false},
		{"", false},
	} {
		if _, err := readKey(c.key); (err == nil) != c.good {
			t.Errorf("%q: %v", c.key, err)
		}
	}
}

// Every length of padding, 1 to 32.
func TestSealOpen(t *testing.T) {
	k := mustKey(t, testKey)
	for n := range 100 {
		msg := bytes.Repeat([]byte("x"), n)
		sealed, err := k.seal(bytes.NewReader(make([]byte, 16)), msg, testAppID)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := base64.StdEncoding.DecodeString(sealed)
		if len(raw)%padTo != 0 {
			t.Errorf("%d bytes are not padded to 32", n)
		}
		if got, err := k.open(" "+sealed+"\n", testAppID); err != nil || !bytes.Equal(got, msg) {
			t.Errorf("%d: %q, %v", n, got, err)
		}
		if _, err := k.open(sealed, "wx0000000000000000"); !errors.Is(err, errAppID) {
			t.Errorf("another account: %v", err)
		}
	}
	if _, err := k.seal(strings.NewReader("short"), nil, testAppID); err == nil {
		t.Error("sealed without enough random")
	}
}

func TestOpenRefuses(t *testing.T) {
	k := mustKey(t, testKey)
	raw := func(plain string) string { // encrypted as it is, padding and all
		b := []byte(plain)
		mustCBC(k, b)
		return base64.StdEncoding.EncodeToString(b)
	}
	long := "0123456789abcdef" + "\xff\xff\xff\xff" + testAppID // a length that is not there
	for name, s := range map[string]string{
		"nothing":        "",
		"no base64":      "!!!!",
		"half a block":   base64.StdEncoding.EncodeToString(make([]byte, 17)),
		"padding of 0":   raw(strings.Repeat("\x00", 32)),
		"padding of 33":  raw(strings.Repeat("\x21", 64)),
		"uneven padding": raw(strings.Repeat("a", 28) + "\x01\x04\x04\x04"),
		"only padding":   raw(strings.Repeat("\x20", 32)),
		"too short":      raw(strings.Repeat("a", 16) + strings.Repeat("\x10", 16)),
		"length lies":    raw(long + strings.Repeat(string(rune(64-len(long))), 64-len(long))),
	} {
		if got, err := k.open(s, testAppID); !errors.Is(err, errCrypt) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestOpenAny(t *testing.T) {
	now, before, other := mustKey(t, testKey), mustKey(t, strings.Repeat("b", 43)), mustKey(t, strings.Repeat("c", 43))
	keys := []*aesKey{now, before}
	for _, c := range []struct {
		name  string
		with  *aesKey
		appID string
		want  error
	}{
		{"current", now, testAppID, nil},
		{"previous", before, testAppID, nil},
		{"unknown", other, testAppID, errCrypt},
		{"previous, other account", before, "wx0", errAppID},
	} {
		sealed, _ := c.with.seal(strings.NewReader("0123456789abcdef"), []byte("hello"), c.appID)
		msg, key, err := openAny(keys, sealed, testAppID)
		if !errors.Is(err, c.want) || c.want == nil && (string(msg) != "hello" || key != c.with) {
			t.Errorf("%s: %q %v", c.name, msg, err)
		}
	}
	if _, _, err := openAny(nil, "AAAA", testAppID); err == nil {
		t.Error("opened without a key")
	}
}

func FuzzOpen(f *testing.F) {
	o := readOfficial(f)
	k := mustKey(f, o.Key)
	f.Add([]byte(o.Secure.Encrypt))
	f.Add([]byte(o.Reply.Encrypt))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = k.open(string(b), o.AppID) // as text
		whole := b[:len(b)/16*16]         // as plain text of any make
		plain := bytes.Clone(whole)
		mustCBC(k, plain)
		if got, err := k.open(base64.StdEncoding.EncodeToString(plain), o.AppID); err == nil && len(got) > len(whole) {
			t.Errorf("more came out than went in")
		}
	})
}
