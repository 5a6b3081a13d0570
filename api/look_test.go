package api

import (
	"html/template"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// ownFiles lists the files under the folders whose names end so; vendored ones are others' to keep in order.
func ownFiles(t *testing.T, suffixes ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, root := range []string{"pages", "static"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.Contains(path, "vendor") {
				return err
			}
			for _, s := range suffixes {
				if strings.HasSuffix(path, s) {
					text, err := os.ReadFile(path)
					found[path] = string(text)
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(found) == 0 {
		t.Fatalf("no file ends in %v: the test looks in the wrong place", suffixes)
	}
	return found
}

// The Content-Security-Policy refuses these without a word to the person; so they must not get in.
func TestPagesHoldNothingInline(t *testing.T) {
	rules := map[string]*regexp.Regexp{
		"script in the page":    regexp.MustCompile(`<script\b[^>]*>\s*[^<\s]`),
		"style element":         regexp.MustCompile(`<style\b`),
		"style attribute":       regexp.MustCompile(`\sstyle\s*=`),
		"on… attribute":         regexp.MustCompile(`(?i)\son[a-z]+\s*=\s*["']`),
		"javascript: address":   regexp.MustCompile(`(?i)javascript:`),
		"another host's script": regexp.MustCompile(`(?i)(?:src|href)\s*=\s*["'](?:https?:)?//`),
	}
	for path, text := range ownFiles(t, ".html") {
		for what, rule := range rules {
			if hit := rule.FindString(text); hit != "" {
				t.Errorf("%s: %s: %q", path, what, hit)
			}
		}
	}
}

// No page may ask another host for anything. The SVG name space is a name, not an address.
func TestScriptsAndSheetsNameNoOtherHost(t *testing.T) {
	host := regexp.MustCompile(`https?://[^\s"')]+`)
	for path, text := range ownFiles(t, ".js", ".css", ".svg") {
		for _, hit := range host.FindAllString(text, -1) {
			if !strings.HasPrefix(hit, "http://www.w3.org/") {
				t.Errorf("%s names %s", path, hit)
			}
		}
	}
}

func TestEveryPageParsesInTheFrame(t *testing.T) {
	for path := range ownFiles(t, ".html") {
		if _, err := template.ParseFiles("pages/layout.html", "pages/partials.html", path); err != nil {
			// A page may use functions that its own view gives; anything else is a slip.
			if !strings.Contains(err.Error(), "function") {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

func TestSheetStaysSmallAndVendoredFilesKeepTheirLicences(t *testing.T) {
	if n := len(ownFiles(t, "app.css")["static/app.css"]); n == 0 || n > 30<<10 {
		t.Errorf("static/app.css has %d bytes; a phone on a mountain gets 30 KiB at most", n)
	}
	for _, name := range []string{"LICENSE", "LICENSE-zxing-cpp", "README.md"} {
		if st, err := os.Stat("static/vendor/zxing/" + name); err != nil || st.Size() < 200 {
			t.Errorf("vendor/zxing/%s: %v", name, err)
		}
	}
}

// textPairs are text colours and the grounds they stand on: WCAG 2.1 AA asks 4.5:1.
func textPairs() (out [][2]string) {
	for _, ink := range []string{"ink", "ink-2", "link", "accent", "bad"} {
		for _, ground := range []string{"paper", "surface", "sunken", "primary-soft"} {
			out = append(out, [2]string{ink, ground})
		}
	}
	for _, tone := range []string{"ok", "warn", "bad", "info"} {
		for _, ink := range []string{tone, "ink", "ink-2", "link"} {
			out = append(out, [2]string{ink, tone + "-soft"})
		}
	}
	return append(out, [2]string{"on-primary", "primary"}, [2]string{"on-primary", "primary-press"}, [2]string{"on-accent", "accent"},
		[2]string{"on-bar", "bar"}, [2]string{"on-bar-2", "bar"}, [2]string{"me-ink", "me"}, [2]string{"look-ink", "look"})
}

func TestTextStandsOutInLightAndDark(t *testing.T) {
	roots := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(ownFiles(t, "app.css")["static/app.css"], 2)
	if len(roots) != 2 {
		t.Fatal("app.css must open with the light tokens and then the dark ones")
	}
	colours := map[string]string{}
	for i, scheme := range []string{"light", "dark"} {
		for _, m := range regexp.MustCompile(`--([\w-]+): (#[0-9a-f]{3,6})\b`).FindAllStringSubmatch(roots[i][1], -1) {
			colours[m[1]] = m[2]
		}
		for _, p := range textPairs() {
			if r := contrast(t, colours[p[0]], colours[p[1]]); r < 4.5 {
				t.Errorf("%s: %s on %s is %.2f:1, wanted 4.5", scheme, p[0], p[1], r)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

// luminance is WCAG's relative luminance of #rgb or #rrggbb.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	h := strings.TrimPrefix(hex, "#")
	if len(h) == 3 {
		h = string([]byte{h[0], h[0], h[1], h[1], h[2], h[2]})
	}
	n, err := strconv.ParseUint(h, 16, 32)
	if err != nil || len(h) != 6 {
		t.Fatalf("%q is no colour", hex)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v := float64(n>>(16-8*i)&255) / 255
		if v <= 0.03928 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}
