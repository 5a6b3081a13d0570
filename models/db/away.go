package db

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jieban/jieban/models"
	"gorm.io/driver/postgres"
	lite "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// pgDialector tells what PostgreSQL cannot do for the moment, or will not take, from our own faults.
type pgDialector struct{ *postgres.Dialector }

// Translate is called by GORM for every error, so that no verb need ask.
func (p *pgDialector) Translate(err error) error { return away(p.Dialector.Translate(err)) }

// away makes ErrUnavailable of a database that does not answer or cannot write: it was stopped, or the disk is full.
// Nothing is wrong with the request, and it may be sent again. Text that PostgreSQL cannot keep (a zero byte) becomes
// ErrInvalid. Other errors stay as they are.
func away(err error) error {
	var known *models.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case pgAway(err) || liteAway(err):
		return models.ErrUnavailable.From(err)
	case pgCode(err) == "22021":
		return models.ErrInvalid.With("文字里有不能保存的字符").From(err)
	}
	return err
}

func pgCode(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// pgAway says whether PostgreSQL was not reached, left, or has no room (classes 08, 53, 57 and read-only).
func pgAway(err error) bool {
	var connecting *pgconn.ConnectError
	if errors.As(err, &connecting) {
		return true
	}
	if code := pgCode(err); code != "" {
		return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "57P") || code == "25006"
	}
	var network net.Error
	return errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, os.ErrDeadlineExceeded)
}

// liteAway says whether the file cannot be written or read for the moment.
func liteAway(err error) bool {
	var e *lite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() & 0xff {
	case codes.SQLITE_FULL, codes.SQLITE_IOERR, codes.SQLITE_READONLY, codes.SQLITE_CANTOPEN, codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		return true
	}
	return false
}
