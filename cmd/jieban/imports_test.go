package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "github.com/jieban/jieban"
	root   = "../.." // of the module, seen from this test
)

// mayImport says which of our packages each of our packages may import: inwards only, cmd → api |
// bot → models/db → models. A new package gets a line here first. Tests may import more: testsMayImport.
var mayImport = map[string][]string{
	"models":           {},
	"models/db":        {"models", "models/db/seed"},
	"models/db/dbtest": {"models", "models/db", "models/db/seed"},
	"models/db/seed":   {"models"},
	"bot":              {"models", "models/db", "bot/words"},
	"bot/words":        {},
	"bot/webchat":      {"models", "bot"},
	"bot/wechat":       {"models", "bot"},
	"bot/telegram":     {"models", "bot"},
	"api":              {"models", "models/db", "api/pay", "api/pages", "api/static"},
	"api/pages":        {"models"},
	"api/pay":          {"models"},
	"api/static":       {},
	"cmd/jieban":       {"models", "models/db", "models/db/seed", "bot", "bot/words", "bot/webchat", "bot/wechat", "bot/telegram", "api", "api/pay"},
}

// testsMayImport is allowed to test files on top of mayImport, but for those of models, which need
// no database.
var testsMayImport = []string{"models/db/dbtest", "models/db/seed"}

// talksMayImport is allowed to the tests of bot: every talk is played through every channel.
var talksMayImport = []string{"bot/webchat", "bot/wechat", "bot/telegram"}

// mayUse says which packages may import each third-party module outside tests. The empty list means
// tests only; a module that is not here needs a line here and a reason in docs/dependencies.md.
var mayUse = map[string][]string{
	"gorm.io/gorm":                     {"models/db"},
	"gorm.io/driver/postgres":          {"models/db"},
	"gorm.io/driver/sqlite":            {"models/db"},
	"modernc.org/sqlite":               {"models/db"},
	"github.com/jackc/pgx/v5":          {"models/db", "models/db/dbtest"},
	"github.com/pressly/goose/v3":      {"models/db"},
	"github.com/gofiber/fiber/v2":      {"api"},
	"github.com/danielgtaylor/huma/v2": {"api"},
	"github.com/valyala/fasthttp":      {"api"},
	"github.com/skip2/go-qrcode":       {"api", "bot"},
	"github.com/alecthomas/kong":       {"cmd/jieban"},
	"github.com/mozillazg/go-pinyin":   {"models/db", "bot/words"},
	"github.com/go-telegram/bot":       {"bot/telegram"},
	"golang.org/x/crypto":              {"models/db", "api"},
	"golang.org/x/sync":                {"models/db"},
	"golang.org/x/text":                {"models", "models/db", "bot", "bot/words", "api"},
	"github.com/makiuchi-d/gozxing":    {},
	"github.com/chromedp/chromedp":     {},
	"github.com/chromedp/cdproto":      {},
	"github.com/getkin/kin-openapi":    {},
	"go.uber.org/goleak":               {},
	"pgregory.net/rapid":               {},
}

// impure are the standard packages that reach outside a pure rule; models imports none of them.
var impure = []string{
	"crypto/rand", "database/sql", "io/fs", "log", "log/slog", "math/rand", "math/rand/v2", "net", "net/http",
	"os", "os/exec", "os/signal", "path/filepath", "syscall", "testing",
}

// clocks are the functions of package time that read or wait for the clock.
var clocks = []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"}

// folderNames that say nothing about what is inside.
var folderNames = []string{"common", "helper", "helpers", "internal", "misc", "util", "utils"}

// listed is what `go list -json` tells of a package.
type listed struct {
	ImportPath   string
	Dir          string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// name is the package's path inside the module.
func (p listed) name() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

func TestImportsPointInwards(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, complaint := range wrongImports(p) {
			t.Error(complaint)
		}
	}
}

func TestImportRulesBite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		p    listed
		want string // in the only complaint; empty: none
	}{
		{"an unknown package", ours("channels"), "not in the table"},
		{"models reaching out", ours("models", module+"/models/db"), "models imports models/db"},
		{"a bot that knows HTTP", ours("bot", module+"/api"), "bot imports api"},
		{"a channel that knows the database", ours("bot/webchat", module+"/models/db"), "bot/webchat imports models/db"},
		{"GORM outside models/db", ours("api", "gorm.io/gorm/clause"), "api imports gorm.io/gorm/clause"},
		{"Fiber outside api", ours("bot", "github.com/gofiber/fiber/v2"), "bot imports github.com/gofiber/fiber/v2"},
		{"a module with a similar name", ours("models/db", "gorm.io/gormless"), "models/db imports gorm.io/gormless"},
		{"a test tool in the binary", ours("api", "github.com/makiuchi-d/gozxing/qrcode"), "api imports github.com/makiuchi-d/gozxing/qrcode"},
		{"random numbers in a rule", ours("models", "crypto/rand"), "models imports crypto/rand"},
		{"a test's database in the binary", ours("cmd/jieban", module+"/models/db/dbtest"), "cmd/jieban imports models/db/dbtest"},
		{"a test tool in a test", listed{ImportPath: module + "/api", TestImports: []string{"go.uber.org/goleak"}}, ""},
		{"a database in a test", listed{ImportPath: module + "/bot", XTestImports: []string{module + "/bot", module + "/models/db/dbtest"}}, ""},
		{"a database in a test of a rule", listed{ImportPath: module + "/models", XTestImports: []string{module + "/models/db/dbtest"}}, "models imports models/db/dbtest"},
		{"what everyone may", ours("api", "net/http", module+"/models", "github.com/gofiber/fiber/v2/middleware/limiter"), ""},
	} {
		got := wrongImports(c.p)
		if c.want == "" && len(got) != 0 {
			t.Errorf("%s: %q, want no complaint", c.name, got)
		}
		if c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s: %q, want one complaint with %q", c.name, got, c.want)
		}
	}
}

func TestModelsReadNoClock(t *testing.T) {
	t.Parallel()
	set, files := token.NewFileSet(), goFiles(t, filepath.Join(root, "models"))
	for _, path := range files {
		if filepath.Dir(path) != filepath.Join(root, "models") || strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, complaint := range clockReads(t, set, path, nil) {
			t.Error(complaint)
		}
	}
	source := "package models\nimport clock \"time\"\nvar t, d = clock.Now(), clock.Second\n"
	if got := clockReads(t, set, "sample.go", source); len(got) != 1 {
		t.Errorf("a renamed time.Now gave %q, want one complaint", got)
	}
}

func TestEveryPackageHasOneTour(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		var tours []string
		for _, path := range files {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if file.Doc != nil && !strings.HasSuffix(path, "_test.go") {
				tours = append(tours, filepath.Base(path))
			}
		}
		if len(tours) != 1 {
			t.Errorf("%s: package comments in %q, want exactly one, the tour of the package", p.name(), tours)
		}
	}
}

func TestFoldersSayWhatIsInside(t *testing.T) {
	t.Parallel()
	for _, path := range goFiles(t, root) {
		inside, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range strings.Split(filepath.ToSlash(inside), "/") {
			if slices.Contains(folderNames, folder) {
				t.Errorf("%s: a folder is a part of the business or a technology, %q is neither", path, folder)
			}
		}
	}
}

// wrongImports lists what a package imports against the tables, a sentence each.
func wrongImports(p listed) (complaints []string) {
	own, known := mayImport[p.name()]
	if !known {
		return []string{p.name() + " is not in the table of packages; add what it may import, inwards only"}
	}
	for _, path := range p.Imports {
		if !allowed(p.name(), path, own, false) {
			complaints = append(complaints, p.name()+" imports "+strings.TrimPrefix(path, module+"/"))
		}
	}
	if p.name() != "models" {
		own = append(slices.Clone(own), testsMayImport...)
	}
	if p.name() == "bot" {
		own = append(own, talksMayImport...)
	}
	for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
		if path != p.ImportPath && !allowed(p.name(), path, own, true) {
			complaints = append(complaints, "a test of "+p.name()+" imports "+strings.TrimPrefix(path, module+"/"))
		}
	}
	return complaints
}

// allowed tells whether a package may import a path.
func allowed(name, path string, own []string, inTest bool) bool {
	if inside, ok := strings.CutPrefix(path, module+"/"); ok {
		return slices.Contains(own, inside)
	}
	if host, _, _ := strings.Cut(path, "/"); !strings.Contains(host, ".") {
		return name != "models" || inTest || !slices.Contains(impure, path)
	}
	for library, users := range mayUse {
		if path == library || strings.HasPrefix(path, library+"/") {
			return slices.Contains(users, name) || inTest && len(users) == 0
		}
	}
	return false
}

// clockReads lists where a file (or source, if not nil) reads the clock.
func clockReads(t *testing.T, set *token.FileSet, path string, source any) (complaints []string) {
	t.Helper()
	file, err := parser.ParseFile(set, path, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	called := importedAs(file, "time")
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && x.Name == called && slices.Contains(clocks, selector.Sel.Name) {
			complaints = append(complaints, fmt.Sprintf("%s: time.%s: a rule is given its time", set.Position(n.Pos()), selector.Sel.Name))
		}
		return true
	})
	return complaints
}

// importedAs returns the name under which a file knows a standard package, empty if it does not.
func importedAs(file *ast.File, path string) string {
	for _, spec := range file.Imports {
		if unquoted, _ := strconv.Unquote(spec.Path.Value); unquoted != path {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path
	}
	return ""
}

// packages lists the module's packages, as the go command sees them.
func packages(t *testing.T) (all []listed) {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// ours makes a package of this module that imports paths.
func ours(name string, paths ...string) listed {
	return listed{ImportPath: module + "/" + name, Imports: paths}
}

// goFiles lists the Go files under a folder, but for hidden folders, test data and what a run leaves.
func goFiles(t *testing.T, folder string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && path != folder && (name[0] == '.' || name == "testdata" || path == filepath.Join(root, "data")) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".go") {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
