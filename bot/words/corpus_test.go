package words

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jieban/jieban/models/db/seed"
)

// The share of sentences, in percent, that must be read exactly: intent, every slot, and whether a question is put back.
const (
	buildFloor = 99.5
	testFloor  = 97.0
)

// example is one line of a corpus.
type example struct {
	line                                                          int
	kind, today, text, intent, spot, date, people, products, asks string
}

func readCorpus(t testing.TB, path string) (list []example) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for line := 1; lines.Scan(); line++ {
		if strings.HasPrefix(lines.Text(), "#") || lines.Text() == "" {
			continue
		}
		c := strings.Split(lines.Text(), "\t")
		if len(c) != 9 {
			t.Fatalf("%s:%d has %d columns, want 9", path, line, len(c))
		}
		today := c[1]
		if today == "" {
			today = townDay
		}
		goods := strings.Fields(c[7])
		slices.Sort(goods)
		list = append(list, example{line, c[0], today, c[2], c[3], c[4], c[5], c[6], strings.Join(goods, " "), c[8]})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// columns writes what was understood as the corpus does.
func columns(u Understood) string {
	var goods []string
	for _, p := range u.Products {
		goods = append(goods, p.ID+":"+strconv.FormatFloat(p.Quantity, 'f', -1, 64)+":"+p.Unit)
	}
	slices.Sort(goods)
	people, asks := "", ""
	if u.People != 0 {
		people = strconv.Itoa(u.People)
	}
	if u.Ask != "" {
		asks = "?"
	}
	return strings.Join([]string{u.Intent, u.Spot, u.Date, people, strings.Join(goods, " "), asks}, "\t")
}

func (e example) columns() string {
	return strings.Join([]string{e.intent, e.spot, e.date, e.people, e.products, e.asks}, "\t")
}

// seedWords is every name that the demonstration knows.
func seedWords(t testing.TB) (v Vocabulary) {
	t.Helper()
	var programme struct{ Spots []Named }
	var shop struct{ Products []Named }
	for name, into := range map[string]any{"programme_2021.json": &programme, "shop.json": &shop} {
		b, err := seed.Files.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(b, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return Vocabulary{programme.Spots, shop.Products}
}

// TestCorpus measures the grammar on the sentences it was built with and on those that only test it, or on those of
// JIEBAN_CORPUS, which have no floor.
func TestCorpus(t *testing.T) {
	if own := os.Getenv("JIEBAN_CORPUS"); own != "" {
		measure(t, own, 0, true)
		return
	}
	t.Run("build", func(t *testing.T) { measure(t, "testdata/build.tsv", buildFloor, true) })
	t.Run("more", func(t *testing.T) { measure(t, "testdata/more.tsv", buildFloor, true) })
	t.Run("test", func(t *testing.T) { measure(t, "testdata/test.tsv", testFloor, false) })
}

// measure reports by kind; each tells of every sentence that is read otherwise, which the test part keeps to itself.
func measure(t *testing.T, path string, floor float64, each bool) {
	t.Helper()
	r := NewReader(seedWords(t))
	right, all := map[string]int{}, map[string]int{}
	var kinds []string
	for _, e := range readCorpus(t, path) {
		if all[e.kind] == 0 {
			kinds = append(kinds, e.kind)
		}
		all[e.kind]++
		all[""]++
		got := columns(r.Understand(e.text, e.today))
		if got == e.columns() {
			right[e.kind]++
			right[""]++
		} else if each {
			t.Logf("%s:%d %s «%s»\n got %s\nwant %s", path, e.line, e.kind, e.text, got, e.columns())
		}
	}
	for _, kind := range append(kinds, "") {
		name := kind
		if name == "" {
			name = "in all"
		}
		t.Logf("%-12s %4d of %4d  %5.1f %%", name, right[kind], all[kind], 100*float64(right[kind])/float64(max(all[kind], 1)))
	}
	if share := 100 * float64(right[""]) / float64(max(all[""], 1)); share < floor {
		t.Errorf("%s: %.1f %% read exactly, want at least %.1f %%", path, share, floor)
	}
}

func BenchmarkUnderstand(b *testing.B) {
	r := NewReader(seedWords(b))
	corpus := readCorpus(b, "testdata/build.tsv")
	for i := 0; b.Loop(); i++ {
		e := corpus[i%len(corpus)]
		r.Understand(e.text, e.today)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sentences/s")
}
