package db_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// The database is for the service alone to read, wherever its folder is.
func TestTheDatabaseFileIsPrivate(t *testing.T) {
	dir := t.TempDir()
	d, err := db.Open(ctx, db.Config{URL: filepath.Join(dir, "x.db"), Keys: dbtest.Keys()})
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	visitor(t, d, "me")
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	if len(files) < 3 {
		t.Errorf("files %v", files)
	}
	for _, name := range files {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
}
