package db_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

var update = flag.Bool("update", false, "write generated pages anew")

// TestSchemaPage holds docs/schema.md to what the migrations make; go test ./models/db -run TestSchemaPage -update
// writes it.
func TestSchemaPage(t *testing.T) {
	rows, err := dbtest.SQLite(t).SQL().Query(`SELECT m.name, p.name, p.type, p."notnull", p.pk > 0, COALESCE((SELECT f."table" FROM pragma_foreign_key_list(m.name) f
		WHERE f."from" = p.name), '') FROM sqlite_master m JOIN pragma_table_info(m.name) p
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version' ORDER BY m.name, p.cid`)
	must(t, err)
	defer rows.Close()
	var b strings.Builder
	b.WriteString("# Schema\n\nGenerated from the migrations by `go test ./models/db -run TestSchemaPage -update`; edit those. Times are UTC, " +
		"days are civil dates in Asia/Shanghai as text, money is in fen. `*_sealed` is encrypted, `*_hash` is a keyed hash.\n")
	last := ""
	for rows.Next() {
		var table, column, kind, to string
		var notNull, pk bool
		must(t, rows.Scan(&table, &column, &kind, &notNull, &pk, &to))
		if table != last {
			b.WriteString("\n## " + table + "\n\n| column | type | |\n|---|---|---|\n")
			last = table
		}
		b.WriteString("| " + column + " | " + strings.ToLower(kind) + " | " + notes(notNull, pk, to) + " |\n")
	}
	must(t, rows.Err())
	const page = "../../docs/schema.md"
	if *update {
		must(t, os.WriteFile(page, []byte(b.String()), 0o644))
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != b.String() {
		t.Errorf("docs/schema.md is not what the migrations make (%v): run with -update", err)
	}
}

func notes(notNull, pk bool, to string) string {
	var n []string
	if pk {
		n = append(n, "key")
	}
	if !notNull && !pk {
		n = append(n, "may be empty")
	}
	if to != "" {
		n = append(n, "→ "+to)
	}
	return strings.Join(n, ", ")
}

// TestSchemasAgree holds both databases to the same tables and columns.
func TestSchemasAgree(t *testing.T) {
	columns := func(d *db.DB, query string) map[string]bool {
		rows, err := d.SQL().Query(query)
		must(t, err)
		defer rows.Close()
		set := map[string]bool{}
		for rows.Next() {
			var name string
			must(t, rows.Scan(&name))
			set[name] = true
		}
		return set
	}
	lite := columns(dbtest.SQLite(t), `SELECT m.name || '.' || p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version'`)
	pg := columns(dbtest.OnPostgres(t), `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name <> 'goose_db_version'`)
	for name := range lite {
		if !pg[name] {
			t.Errorf("%s is on SQLite only", name)
		}
		delete(pg, name)
	}
	for name := range pg {
		t.Errorf("%s is on PostgreSQL only", name)
	}
}
