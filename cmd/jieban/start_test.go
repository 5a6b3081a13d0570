package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jieban/jieban/models/db"
)

// TestRefusesToStart: what cannot work is said in one line on standard error, with a code that is not 0.
func TestRefusesToStart(t *testing.T) {
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bad.db"), []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	demo := start(t, filepath.Join(dir))
	demo.stop()
	if out, err := exec.Command(path, "keys", "--keys", filepath.Join(dir, "other.keys")).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	keys, err := db.LoadKeys(filepath.Join(dir, "data", "jieban.keys"), false)
	if err != nil {
		t.Fatal(err)
	}
	keys.Generated = false
	if err := keys.Write(filepath.Join(dir, "own.keys")); err != nil {
		t.Fatal(err)
	}
	production := []string{"--mode", "production", "--addr", "127.0.0.1:0", "--public-url", "https://x.example", "--payment", "none"}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"a wrong flag":          {[]string{"--bogus"}, "unknown flag --bogus"},
		"a wrong word":          {[]string{"sevre"}, "unexpected argument sevre"},
		"a port in use":         {[]string{"--addr", taken.Addr().String()}, "cannot listen on"},
		"no address":            {[]string{"--addr", "nonsense"}, "cannot listen on nonsense"},
		"not a database":        {[]string{"--addr", "127.0.0.1:0", "--database", "bad.db"}, "cannot open the database file bad.db"},
		"no PostgreSQL":         {[]string{"--addr", "127.0.0.1:0", "--database", "postgres://x@127.0.0.1:1/x"}, "cannot reach PostgreSQL"},
		"a wrong clock":         {[]string{"--addr", "127.0.0.1:0", "--clock", "noon"}, "JIEBAN_CLOCK"},
		"production, bare":      {[]string{"--mode", "production"}, "JIEBAN_PUBLIC_URL is not set; JIEBAN_PAYMENT is sandbox"},
		"production, http":      {[]string{"--mode", "production", "--payment", "none", "--public-url", "http://x.example"}, "JIEBAN_PUBLIC_URL is not https"},
		"production, no key":    {append(production, "--keys", "none.keys"), "needs a key file"},
		"production, demo key":  {append(production, "--keys", "data/jieban.keys"), "refuses the generated key file"},
		"production, demo data": {append(production, "--keys", "own.keys"), "demonstration accounts"},
		"production, other key": {append(production, "--keys", "other.keys"), "not the one this database was begun with"},
		"production, a clock":   {append(production, "--keys", "own.keys", "--clock", "2021-07-12T09:00:00+08:00"), "refuses JIEBAN_CLOCK"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(path, append([]string{"serve"}, c.args...)...)
			if name == "a wrong word" {
				cmd = exec.Command(path, c.args...)
			}
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			said := strings.TrimSpace(string(out))
			if err == nil || !strings.Contains(said, c.says) || strings.Contains(said, "\n") || strings.Contains(said, "goroutine") {
				t.Errorf("%v: %s", err, said)
			}
		})
	}
}
