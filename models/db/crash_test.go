package db_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

// crashes is how often the shop is killed.
const crashes = 10

// TestKilledShopKeepsItsWord kills a process that orders, pays, cancels and ships, at moments of chance. Afterwards the
// books balance, all that was answered is there, and what was asked without an answer can be asked again.
func TestKilledShopKeepsItsWord(t *testing.T) {
	if path := os.Getenv("JIEBAN_CRASH_DB"); path != "" {
		sellForEver(t, path, os.Getenv("JIEBAN_CRASH_RUN"), strings.Fields(os.Getenv("JIEBAN_CRASH_PACKS")))
		return
	}
	d := dbtest.SQLite(t) // has the template made
	must(t, d.Close())
	path := dbtest.SQLiteTemplate(t, "seeded", func(string) { t.Fatal("the template is missing") })
	must(t, dbtest.Keys().Write(filepath.Join(filepath.Dir(path), "keys.json")))
	d = reopen(t, path)
	packs := []string{newPack(t, d, "farm-apeng", "测试菌子", 1_000_000), newPack(t, d, "farm-apeng", "测试木耳", 1_000_000)}
	must(t, d.Close())
	answered := 0
	for run := range crashes {
		said := crash(t, path, fmt.Sprint(run), packs)
		d = reopen(t, path)
		answered += keptWord(t, d, said, packs)
		checkBooks(t, d)
		var whole string
		must(t, d.SQL().QueryRow("PRAGMA integrity_check").Scan(&whole))
		if whole != "ok" {
			t.Errorf("the file is damaged: %s", whole)
		}
		must(t, d.Close())
		if t.Failed() {
			t.Fatalf("after crash %d", run)
		}
	}
	if answered < 10*crashes {
		t.Errorf("only %d answers in %d runs: the crashes came too early to show anything", answered, crashes)
	}
}

func reopen(t *testing.T, path string) *db.DB {
	t.Helper()
	keys, err := db.LoadKeys(filepath.Join(filepath.Dir(path), "keys.json"), false)
	must(t, err)
	d, err := db.Open(ctx, db.Config{URL: path, Keys: keys, Start: dbtest.Start})
	must(t, err)
	return d
}

// crash lets another process sell, kills it, and gives what it said until then.
func crash(t *testing.T, path, run string, packs []string) []string {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, self, "-test.run", "^TestKilledShopKeepsItsWord$")
	child.Env = append(os.Environ(), "JIEBAN_CRASH_DB="+path, "JIEBAN_CRASH_RUN="+run, "JIEBAN_CRASH_PACKS="+strings.Join(packs, " "))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	var said []string
	lines := bufio.NewScanner(out)
	var kill *time.Timer
	for lines.Scan() {
		if kill == nil { // counted from the first word: a slow machine is not killed before it starts
			kill = time.AfterFunc(time.Duration(20+rand.IntN(300))*time.Millisecond, func() { _ = child.Process.Kill() })
		}
		said = append(said, lines.Text())
	}
	_ = child.Wait()
	if len(said) == 0 || strings.HasPrefix(said[len(said)-1], "FAIL") {
		t.Fatalf("the child was not killed but ended: %v", said)
	}
	return said
}

// sellForEver plays four buyers at once. It says what it asks before and what it was answered after, a line each.
func sellForEver(t *testing.T, path, run string, packs []string) {
	d := reopen(t, path)
	var mu sync.Mutex
	say := func(words ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(os.Stdout, words...) // not buffered: one line is one write
	}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			link := buyer(t, d, fmt.Sprint("crash-", i))
			for n := 0; ; n++ {
				key := fmt.Sprint(run, "-", i, "-", n)
				say("ask", link, key)
				c, err := d.PlaceOrder(ctx, link, request(key, 1, packs...))
				must(t, err)
				o := c.Orders[0]
				say("order", link, key, o.No)
				p, err := pay(d, o, key)
				must(t, err)
				say("payment", p.ID, key)
				if n%3 == 0 {
					_, err = d.CancelOrder(ctx, link, o.No)
					must(t, err)
					say("cancelled", o.No)
					continue
				}
				_, err = d.Ship(ctx, supplier("farm-apeng"), o.No, db.ShipRequest{Carrier: models.OwnDelivery, TrackingNo: "CR-" + key + "00"})
				must(t, err)
				say("shipped", o.No)
			}
		})
	}
	wg.Wait()
}

// keptWord compares what was said with what is stored, and counts the answers.
func keptWord(t *testing.T, d *db.DB, said, packs []string) int {
	t.Helper()
	open, answers := map[string]int64{}, 0
	for _, line := range said {
		var link, id int64
		var key, no string
		query := ""
		switch word, _, _ := strings.Cut(line, " "); word {
		case "ask":
			_, err := fmt.Sscanf(line, "ask %d %s", &link, &key)
			must(t, err)
			open[key] = link
			continue
		case "order":
			_, err := fmt.Sscanf(line, "order %d %s %s", &link, &key, &no)
			must(t, err)
			delete(open, key)
			query = fmt.Sprintf("SELECT COUNT(*) FROM orders o JOIN checkouts c ON c.id = o.checkout_id WHERE o.no = '%s' AND c.request_key = '%s' AND c.link_id = %d", no, key, link)
		case "payment":
			_, err := fmt.Sscanf(line, "payment %d %s", &id, &key)
			must(t, err)
			query = fmt.Sprintf("SELECT COUNT(*) FROM payments WHERE id = %d AND ref = '%s' AND NOT stray", id, key)
		case "cancelled":
			query = fmt.Sprintf("SELECT COUNT(*) FROM orders WHERE no = '%s' AND state = 'cancelled'", line[len("cancelled "):])
		case "shipped":
			query = fmt.Sprintf("SELECT COUNT(*) FROM shipments s JOIN orders o ON o.id = s.order_id WHERE o.no = '%s'", line[len("shipped "):])
		default:
			t.Fatalf("the child said %q", line)
		}
		answers++
		if n := count(t, d, query); n != 1 {
			t.Errorf("%q was answered and is there %d times", line, n)
		}
	}
	for key, link := range open {
		order(t, d, link, key, 1, packs...)
		if n := count(t, d, "SELECT COUNT(*) FROM checkouts WHERE request_key = '"+key+"'"); n != 1 {
			t.Errorf("asked again, %s is there %d times", key, n)
		}
	}
	return answers
}
