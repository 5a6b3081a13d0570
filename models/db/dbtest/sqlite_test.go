package dbtest

import (
	"os"
	"testing"
)

func TestSQLiteTemplateIsFilledOnceAndCopiedForEach(t *testing.T) {
	fills := 0
	fill := func(path string) {
		fills++
		if err := os.WriteFile(path, []byte("migrated"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var paths []string
	for range 3 {
		path := SQLiteTemplate(t, "file", fill)
		content, err := os.ReadFile(path)
		if err != nil || string(content) != "migrated" {
			t.Fatalf("the copy holds %q, %v", content, err)
		}
		if err := os.WriteFile(path, []byte("changed"), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	if fills != 1 {
		t.Errorf("filled %d times, want once", fills)
	}
	if paths[0] == paths[1] || paths[1] == paths[2] {
		t.Errorf("two copies share a path: %v", paths)
	}
}

func TestSQLiteTemplateRefusesAnOpenLog(t *testing.T) {
	r := &recorder{TB: t}
	r.run(func() {
		SQLiteTemplate(r, "open", func(path string) {
			for _, name := range []string{path, path + "-wal"} {
				if err := os.WriteFile(name, []byte("rows"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	})
	if r.failed == "" {
		t.Error("a template whose last rows are still in the log was accepted")
	}
}
