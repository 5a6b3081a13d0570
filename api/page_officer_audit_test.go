package api

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// audited is a line that writes an audit entry, by its act and, where it stands there, the kind of its object.
var audited = regexp.MustCompile(`\baudit\([^"\n]*"([a-z]+\.[a-z_]*)"[^"\n]*(?:"([a-z]+):)?`)

// Every act that the verbs record has a word that an officer understands, and so has what it was done to.
func TestEveryActHasAWord(t *testing.T) {
	files, err := filepath.Glob("../models/db/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range files {
		source, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range audited.FindAllStringSubmatch(string(source), -1) {
			found++
			act, object := m[1], m[2]
			if !slices.ContainsFunc(actsZH, func(o option) bool { return strings.HasPrefix(o.Value, act) }) { // "product." and the state
				t.Errorf("%s: %s has no word", f, act)
			}
			if object != "" && objectsZH[object] == "" {
				t.Errorf("%s: %s: there is no word for %s", f, act, object)
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d acts were found", found)
	}
}
