package db

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	lite "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// sqliteParams: WAL with full sync (no committed money is lost at power failure), transactions that lock at once (a
// read that later writes would be told busy), UTC times that read back as times.
const sqliteParams = "?_busy_timeout=10000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_txlock=immediate" +
	"&_time_format=sqlite&_timezone=UTC&_texttotime=1&_dqs=0"

// sqliteConns bounds the readers; writers wait for one another in DB.once.
const sqliteConns = 8

func openSQLite(path string, conf *gorm.Config) (*gorm.DB, *sql.DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("cannot make the database's folder: %w", err)
	}
	// Whoever else has an account on the machine need not read it; the files beside it get the same mode.
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err == nil { // else it is there, or SQLite says why not
		_ = f.Close()
	}
	s, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+sqliteParams)
	if err != nil {
		return nil, nil, err
	}
	s.SetMaxOpenConns(sqliteConns)
	s.SetMaxIdleConns(sqliteConns)
	g, err := gorm.Open(&liteDialector{&sqlite.Dialector{Conn: s, DriverName: "sqlite"}}, conf)
	if err != nil {
		_ = s.Close()
		return nil, nil, fmt.Errorf("cannot open the database file %s: %w", path, err)
	}
	return g, s, nil
}

// liteDialector translates the errors of modernc's driver, which gorm's own dialector does not know.
type liteDialector struct{ *sqlite.Dialector }

func (l *liteDialector) Translate(err error) error {
	var e *lite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case codes.SQLITE_CONSTRAINT_UNIQUE, codes.SQLITE_CONSTRAINT_PRIMARYKEY:
		return gorm.ErrDuplicatedKey
	case codes.SQLITE_CONSTRAINT_FOREIGNKEY:
		return gorm.ErrForeignKeyViolated
	case codes.SQLITE_CONSTRAINT_CHECK:
		return gorm.ErrCheckConstraintViolated
	}
	return away(err)
}

func sqliteBusy(err error) bool {
	var e *lite.Error
	return errors.As(err, &e) && (e.Code()&0xff == codes.SQLITE_BUSY || e.Code()&0xff == codes.SQLITE_LOCKED)
}
