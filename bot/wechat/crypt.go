package wechat

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" // the platform's choice; what it signs is guarded by the token
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
)

const (
	keyChars  = 43 // of an EncodingAESKey
	padTo     = 32 // PKCS#7 to two blocks: the platform's choice
	headBytes = 16 + 4
)

// What can be wrong with an encrypted message.
var (
	errCrypt = errors.New("wechat: cannot be decrypted")
	errAppID = errors.New("wechat: decrypted, but of another account")
)

// sha1Of is the platform's signature: SHA-1 of the parts, sorted and put together, in lower-case hex.
func sha1Of(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// signedBy says whether a signature is that of the parts, in the same time whatever is wrong with it.
func signedBy(signature string, parts ...string) bool {
	return subtle.ConstantTimeCompare([]byte(signature), []byte(sha1Of(parts...))) == 1
}

// aesKey opens and seals messages. It is safe for concurrent use.
type aesKey struct {
	block cipher.Block
	iv    []byte
}

// readKey reads an EncodingAESKey. Its last character may carry bits that belong to no byte; they are not looked at, as
// the platform does not look at them.
func readKey(s string) (*aesKey, error) {
	raw, err := base64.StdEncoding.DecodeString(s + "=")
	if len(s) != keyChars || err != nil || len(raw) != 32 {
		return nil, errors.New("an EncodingAESKey has 43 letters and digits")
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	return &aesKey{block, raw[:aes.BlockSize]}, nil
}

// open decrypts a message to the account appID: 16 random bytes, the length, the message, the account's id, padding.
// It gives errCrypt, or errAppID where everything is in order but the account. Ask for the signature first.
func (k *aesKey) open(encrypted, appID string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encrypted))
	if err != nil || len(b) == 0 || len(b)%aes.BlockSize != 0 {
		return nil, errCrypt
	}
	cipher.NewCBCDecrypter(k.block, k.iv).CryptBlocks(b, b)
	if b = unpad(b); len(b) < headBytes {
		return nil, errCrypt
	}
	n := uint64(binary.BigEndian.Uint32(b[16:headBytes]))
	b = b[headBytes:]
	if n > uint64(len(b)) {
		return nil, errCrypt
	}
	if subtle.ConstantTimeCompare(b[n:], []byte(appID)) != 1 {
		return nil, errAppID
	}
	return b[:n], nil
}

// unpad takes the padding off; nil if it is none.
func unpad(b []byte) []byte {
	n := int(b[len(b)-1])
	if n < 1 || n > padTo || n > len(b) {
		return nil
	}
	for _, c := range b[len(b)-n:] {
		if int(c) != n {
			return nil
		}
	}
	return b[:len(b)-n]
}

// seal encrypts a message from the account appID, behind 16 bytes of random.
func (k *aesKey) seal(random io.Reader, msg []byte, appID string) (string, error) {
	b := make([]byte, headBytes, headBytes+len(msg)+len(appID)+padTo)
	if _, err := io.ReadFull(random, b[:16]); err != nil {
		return "", err
	}
	binary.BigEndian.PutUint32(b[16:], uint32(len(msg)))
	b = append(append(b, msg...), appID...)
	for n, i := padTo-len(b)%padTo, 0; i < n; i++ {
		b = append(b, byte(n))
	}
	cipher.NewCBCEncrypter(k.block, k.iv).CryptBlocks(b, b)
	return base64.StdEncoding.EncodeToString(b), nil
}

// openAny tries the current key and then the one before, and says which it was: the answer is sealed with the same, as
// the platform changes keys at a moment of its own.
func openAny(keys []*aesKey, encrypted, appID string) (msg []byte, key *aesKey, err error) {
	err = errCrypt
	for _, k := range keys {
		msg, e := k.open(encrypted, appID)
		if e == nil {
			return msg, k, nil
		}
		if errors.Is(e, errAppID) && !errors.Is(err, errAppID) {
			err = e
		}
	}
	return nil, nil, err
}
