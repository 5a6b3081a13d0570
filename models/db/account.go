package db

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jieban/jieban/models"
	"golang.org/x/crypto/argon2"
	"gorm.io/gorm"
)

// argon2id's cost: 19 MiB, two passes, one lane (OWASP's first choice for small servers).
const (
	argonMemory = 19 * 1024
	argonTime   = 2
	argonKey    = 32
)

// hashPassword makes a PHC string of the password under a fresh salt.
func hashPassword(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	return phc(password, salt)
}

func phc(password string, salt []byte) string {
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, 1, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", argonMemory, argonTime, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// samePassword compares in constant time.
func samePassword(password, stored string) bool {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	return err == nil && subtle.ConstantTimeCompare([]byte(phc(password, salt)), []byte(stored)) == 1
}

// nobody's hash is compared for a login that does not exist, so that the answer takes as long.
var nobody = sync.OnceValue(func() string { return phc("", make([]byte, 16)) })

// sessionHash is what a session's token is kept as: who reads the database cannot sign in with it.
func sessionHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// SignIn checks a password and opens a session of models.SessionFor. The password is checked before the transaction:
// hashing takes tens of milliseconds. It answers ErrWrongPassword or ErrLocked.
func (d *DB) SignIn(ctx context.Context, login, password string) (token string, a models.Account, err error) {
	err = d.read(ctx).Where("login = ?", strings.ToLower(strings.TrimSpace(login))).Take(&a).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		samePassword(password, nobody())
		return "", a, models.ErrWrongPassword
	}
	if err != nil {
		return "", a, err
	}
	now := d.realNow()
	if a.LockedUntil != nil && now.Before(*a.LockedUntil) {
		return "", a, models.ErrLocked.With(fmt.Sprintf("%d分钟", int(a.LockedUntil.Sub(now)/time.Minute)+1))
	}
	if !samePassword(password, a.PasswordHash) {
		return "", a, errors.Join(models.ErrWrongPassword, d.countFailure(ctx, a.ID, now))
	}
	token = randomToken()
	err = d.write(ctx, func(t *tx) error {
		if err := t.g.Model(&a).Updates(map[string]any{"failed": 0, "locked_until": nil}).Error; err != nil {
			return err
		}
		if err := t.g.Exec("DELETE FROM sessions WHERE expires_at < ?", now).Error; err != nil {
			return err
		}
		if err := t.audit(ByAccount(a.ID), "session.open", ByAccount(a.ID), ""); err != nil {
			return err
		}
		return t.g.Exec("INSERT INTO sessions (token_hash, account_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
			sessionHash(token), a.ID, now, now.Add(models.SessionFor)).Error
	})
	return token, a, err
}

// countFailure locks an account after models.MaxFailed wrong passwords in a row.
func (d *DB) countFailure(ctx context.Context, id int64, now time.Time) error {
	return d.write(ctx, func(t *tx) error {
		return t.g.Exec(`UPDATE accounts SET failed = CASE WHEN failed + 1 >= ? THEN 0 ELSE failed + 1 END,
			locked_until = CASE WHEN failed + 1 >= ? THEN ? ELSE locked_until END WHERE id = ?`,
			models.MaxFailed, models.MaxFailed, now.Add(models.LockFor), id).Error
	})
}

// SignOut ends a session; an unknown token is no error.
func (d *DB) SignOut(ctx context.Context, token string) error {
	return d.write(ctx, func(t *tx) error {
		return t.g.Exec("DELETE FROM sessions WHERE token_hash = ?", sessionHash(token)).Error
	})
}

// AccountBySession finds who is signed in. It answers ErrUnsigned where nobody is.
func (d *DB) AccountBySession(ctx context.Context, token string) (models.Account, error) {
	var a models.Account
	if token == "" {
		return a, models.ErrUnsigned
	}
	err := d.read(ctx).Table("accounts").Joins("JOIN sessions ON sessions.account_id = accounts.id").
		Where("sessions.token_hash = ? AND sessions.expires_at > ?", sessionHash(token), d.realNow()).
		Select("accounts.*").Take(&a).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return a, models.ErrUnsigned
	}
	return a, err
}

// NewAccount is what it takes to let a member of staff in.
type NewAccount struct {
	Login, Name, Password string
	Role                  models.Role
	SpotID, SupplierID    string
	Demo                  bool
}

// AddAccount lets a member of staff in. It answers ErrLoginTaken, ErrWeakPassword, ErrInvalid, or ErrNotFound for a spot
// or supplier that is not there.
func (d *DB) AddAccount(ctx context.Context, by string, n NewAccount) (models.Account, error) {
	a, err := n.account()
	if err != nil {
		return a, err
	}
	err = d.write(ctx, func(t *tx) error {
		if err := t.checkPlace(a); err != nil {
			return err
		}
		a.CreatedAt = t.now
		err := t.g.Create(&a).Error
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return models.ErrLoginTaken.With(a.Login)
		}
		if err != nil {
			return err
		}
		return t.audit(by, "account.add", ByAccount(a.ID), string(a.Role))
	})
	return a, err
}

// checkPlace demands that an account's spot and supplier are there: an account of nobody's would sign in to an empty desk.
func (t *tx) checkPlace(a models.Account) error {
	for _, p := range []struct{ table, id, what string }{{"spots", a.SpotID, "这个景区"}, {"suppliers", a.SupplierID, "这家供应商"}} {
		if p.id == "" {
			continue
		}
		var id string
		if err := t.g.Table(p.table).Select("id").Where("id = ?", p.id).Take(&id).Error; err != nil {
			return found(err, p.what+"（"+p.id+"）")
		}
	}
	return nil
}

func (n NewAccount) account() (models.Account, error) {
	a := models.Account{
		Login: strings.ToLower(strings.TrimSpace(n.Login)), Name: strings.TrimSpace(n.Name), Role: n.Role,
		SpotID: n.SpotID, SupplierID: n.SupplierID, Demo: n.Demo,
	}
	if err := models.CheckPassword(n.Password); err != nil {
		return a, err
	}
	if a.Login == "" || len(a.Login) > 40 || a.Name == "" || len(a.Name) > 120 {
		return a, models.ErrInvalid.With("账号和姓名都要填")
	}
	known := false
	for _, r := range models.Roles {
		known = known || r == a.Role
	}
	if !known || (a.Role == models.RoleSupplier) != (a.SupplierID != "") {
		return a, models.ErrInvalid.With("角色不对，或供应商账号没有选供应商")
	}
	a.PasswordHash = hashPassword(n.Password)
	return a, nil
}

// Accounts lists the staff by login, without their password hashes.
func (d *DB) Accounts(ctx context.Context) (list []models.Account, err error) {
	err = d.read(ctx).Omit("password_hash").Order("login").Limit(1000).Find(&list).Error
	return list, err
}

// SetPassword gives an account a new password, ends its sessions and unbinds its chats: whoever knew the old one, or has
// the lost phone, is out.
func (d *DB) SetPassword(ctx context.Context, by, login, password string) error {
	if err := models.CheckPassword(password); err != nil {
		return err
	}
	hash := hashPassword(password)
	return d.write(ctx, func(t *tx) error {
		var a models.Account
		if err := found(t.lock().Where("login = ?", strings.ToLower(login)).Take(&a).Error, "这个账号"); err != nil {
			return err
		}
		if err := t.g.Model(&a).Updates(map[string]any{"password_hash": hash, "failed": 0, "locked_until": nil}).Error; err != nil {
			return err
		}
		for _, q := range []string{"DELETE FROM sessions WHERE account_id = ?", "DELETE FROM staff_codes WHERE account_id = ?"} {
			if err := t.g.Exec(q, a.ID).Error; err != nil {
				return err
			}
		}
		if err := t.dismissAll(a.ID); err != nil {
			return err
		}
		return t.audit(by, "account.password", ByAccount(a.ID), "")
	})
}

// HasDemoAccounts says whether accounts of the demonstration are left; production refuses to start with them.
func (d *DB) HasDemoAccounts(ctx context.Context) (bool, error) {
	var n int64
	err := d.read(ctx).Model(&models.Account{}).Where("demo").Count(&n).Error
	return n > 0, err
}
