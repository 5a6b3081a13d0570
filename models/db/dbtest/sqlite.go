package dbtest

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// sqliteTemplates holds the files that fills made, whole: a migrated one is some hundred kilobytes,
// and kept in memory it leaves nothing behind when the process is killed.
var sqliteTemplates = struct {
	mu    sync.Mutex
	files map[string][]byte
}{files: map[string][]byte{}}

// SQLiteTemplate returns the path of a fresh copy of the SQLite file that fill made, in the test's own
// temporary folder. The first call with a name gives fill a path at which there is no file yet; fill
// must close what it opens. Later calls of the process copy the file, 2 to 3 ms each, so fill must
// not depend on the test.
func SQLiteTemplate(tb testing.TB, name string, fill func(path string)) string {
	tb.Helper()
	content := sqliteTemplate(tb, name, fill)
	path := filepath.Join(tb.TempDir(), "jieban.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatalf("copy SQLite template %s: %v", name, err)
	}
	return path
}

// sqliteTemplate returns the bytes of the file that fill made, having it made at the first call.
func sqliteTemplate(tb testing.TB, name string, fill func(path string)) []byte {
	tb.Helper()
	t := &sqliteTemplates
	t.mu.Lock()
	defer t.mu.Unlock()
	if content, ok := t.files[name]; ok {
		return content
	}
	path := filepath.Join(tb.TempDir(), "template.db")
	filled(tb, func() { fill(path) })
	// The last close moves the write-ahead log into the file; a log that is left means that the
	// copy would lack what is in it.
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		tb.Fatalf("SQLite template %s: fill left the database open", name)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		tb.Fatalf("read SQLite template %s: %v", name, err)
	}
	t.files[name] = content
	return content
}
