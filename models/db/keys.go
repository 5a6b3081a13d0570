package db

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jieban/jieban/models"
)

// Keys holds every secret of an installation. The cipher (AES-256-GCM) and the keyed hash (HMAC-SHA-256) stand behind
// seal, open and hash, so that a grade that demands SM4 and SM3 changes this file only.
type Keys struct {
	Seal []byte         `json:"seal"` // 32 bytes: seals personal data
	Hash []byte         `json:"hash"` // 32 bytes: looks it up
	Sign map[int][]byte `json:"sign"` // Ed25519 seeds by key id, 1..255
	Use  int            `json:"use"`  // id of the key that signs new vouchers

	Generated bool `json:"generated"` // made by the program itself: production refuses it
}

// GenerateKeys makes fresh keys.
func GenerateKeys() Keys {
	random := func() []byte {
		b := make([]byte, 32)
		_, _ = rand.Read(b) // never fails: crypto/rand aborts the program instead
		return b
	}
	return Keys{Seal: random(), Hash: random(), Sign: map[int][]byte{1: random()}, Use: 1}
}

// LoadKeys reads the key file, or makes it (mode 0600) where it is missing and create is set.
func LoadKeys(path string, create bool) (Keys, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && create {
		k := GenerateKeys()
		k.Generated = true
		return k, k.Write(path)
	}
	if err != nil {
		return Keys{}, fmt.Errorf("cannot read the key file: %w", err)
	}
	var k Keys
	if err := json.Unmarshal(raw, &k); err != nil {
		return Keys{}, fmt.Errorf("the key file %s is damaged: %w", path, err)
	}
	if len(k.Seal) != 32 || len(k.Hash) != 32 || len(k.Sign[k.Use]) != ed25519.SeedSize {
		return Keys{}, fmt.Errorf("the key file %s is incomplete", path)
	}
	return k, nil
}

// Write stores the keys where nobody else can read them; it never overwrites a file.
func (k Keys) Write(path string) error {
	raw, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("cannot make the key file's folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("cannot write the key file: %w", err)
	}
	if _, err := f.Write(raw); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// Public gives the public half of a signing key, for whoever verifies vouchers.
func (k Keys) Public(id int) (ed25519.PublicKey, bool) {
	seed, ok := k.Sign[id]
	if !ok || len(seed) != ed25519.SeedSize {
		return nil, false
	}
	return ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey), true
}

func (k Keys) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.Seal)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal encrypts; "" stays nil, so that an absent phone is absent.
func (d *DB) seal(plain string) (models.Sealed, error) { return d.sealBytes([]byte(plain)) }

func (d *DB) sealBytes(plain []byte) (models.Sealed, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	a, err := d.keys.aead()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, a.NonceSize(), a.NonceSize()+len(plain)+a.Overhead())
	_, _ = rand.Read(nonce)
	return a.Seal(nonce, nonce, plain, nil), nil
}

// open decrypts what seal made.
func (d *DB) open(s models.Sealed) (string, error) {
	b, err := d.openBytes(s)
	return string(b), err
}

func (d *DB) openBytes(s models.Sealed) ([]byte, error) {
	if len(s) == 0 {
		return nil, nil
	}
	a, err := d.keys.aead()
	if err != nil {
		return nil, err
	}
	if len(s) < a.NonceSize() {
		return nil, errors.New("sealed data is too short")
	}
	b, err := a.Open(nil, s[:a.NonceSize()], s[a.NonceSize():], nil)
	if err != nil {
		return nil, fmt.Errorf("sealed data does not open with this key: %w", err)
	}
	return b, nil
}

// Mac is the keyed hash of a text, for whoever must derive something that outsiders cannot (CSRF tokens, the
// sandbox's signatures). kind keeps uses apart.
func (d *DB) Mac(kind, text string) []byte {
	m := hmac.New(sha256.New, d.keys.Hash)
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write([]byte(text))
	return m.Sum(nil)
}

// hash looks personal data up: the same text always gives the same hash, and without the key nobody can try numbers.
func (d *DB) hash(kind, text string) string { return hex.EncodeToString(d.Mac(kind, text)) }

// randomToken is an opaque secret of 256 bits for cookies.
func randomToken() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
