package models

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestCatalogue reads every refusal of this package: codes are stable words and stand once, and each has a sentence for
// programmers and one for people that is finished.
func TestCatalogue(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	where := map[string]string{}
	code := regexp.MustCompile(`^[a-z][a-z0-9_]+$`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			e := refusalLiteral(n)
			if e == nil {
				return true
			}
			switch zh := []rune(e["ZH"]); {
			case !code.MatchString(e["Code"]):
				t.Errorf("%s: the code %q is not a word", name, e["Code"])
			case where[e["Code"]] != "":
				t.Errorf("%s: the code %s stands in %s too", name, e["Code"], where[e["Code"]])
			case e["EN"] == "" || len(zh) < 5 || !strings.ContainsRune("。%”", zh[len(zh)-1]) && !strings.HasSuffix(e["ZH"], "%s"):
				t.Errorf("%s: %s is not said to the end: %q %q", name, e["Code"], e["EN"], e["ZH"])
			case strings.ContainsFunc(e["EN"], func(r rune) bool { return unicode.Is(unicode.Han, r) }):
				t.Errorf("%s: %s speaks Chinese to programmers: %q", name, e["Code"], e["EN"])
			}
			where[e["Code"]] = name
			return true
		})
	}
	if len(where) < 60 {
		t.Errorf("only %d refusals were found", len(where))
	}
}

// refusalLiteral gives the constant fields of an &Error{…} of the catalogue; nil for anything else.
func refusalLiteral(n ast.Node) map[string]string {
	lit, ok := n.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	if name, ok := lit.Type.(*ast.Ident); !ok || name.Name != "Error" {
		return nil
	}
	fields := map[string]string{}
	for _, el := range lit.Elts {
		kv, ok := el.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if v, ok := kv.Value.(*ast.BasicLit); ok {
			fields[kv.Key.(*ast.Ident).Name], _ = strconv.Unquote(v.Value)
		}
	}
	if fields["Code"] == "" {
		return nil // made of a reason's code at run time
	}
	return fields
}

func TestErrorIsItsCode(t *testing.T) {
	filled := ErrQuotaFull.With("7月17日").Because([]Reason{{Code: "x"}}).From(errors.New("beneath"))
	if !errors.Is(filled, ErrQuotaFull) || errors.Is(filled, ErrNotFound) || strings.Contains(filled.ZH, "%") {
		t.Errorf("%+v", filled)
	}
	if strings.Contains(ErrQuotaFull.ZH, "7月") || ErrQuotaFull.Reasons != nil {
		t.Error("the catalogue itself was changed")
	}
	if got := Refusal(errors.New("disk full")); got.Kind != Internal || strings.Contains(got.ZH, "disk") || got.Cause == nil {
		t.Errorf("a fault: %+v", got)
	}
}
