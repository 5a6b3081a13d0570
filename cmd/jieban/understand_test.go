package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/jieban/jieban/bot/words"
)

func seedReader(t *testing.T) *words.Reader {
	t.Helper()
	v, err := seedVocabulary()
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Spots) < 5 || len(v.Products) < 30 || v.Products[0].Unit == "" {
		t.Fatalf("the seed has %d spots and %d products", len(v.Spots), len(v.Products))
	}
	return words.NewReader(v)
}

// A program that writes a sentence and waits for the answer gets it, line by line.
func TestUnderstandAnswersLineByLine(t *testing.T) {
	t.Parallel()
	in, say := io.Pipe()
	answers, out := io.Pipe()
	done := make(chan error, 1)
	r := seedReader(t)
	go func() { done <- understandLines(in, out, r, "2021-07-12"); out.Close() }()
	heard := bufio.NewReader(answers)
	for _, c := range [][2]string{
		{"我想这周六去濯水,三个人,再来2箱脆红李", `{"intent":"claim","spot":"zhuoshui","date":"2021-07-17","people":3,"products":[{"id":"cuihongli","quantity":2,"unit":"箱"}],"confidence":`},
		{"", `{"intent":"other","spot":"","date":"","people":0,"products":[],"confidence":`},
		{"<script>&", `{"intent":"other",`},
	} {
		if _, err := io.WriteString(say, c[0]+"\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := heard.ReadString('\n')
		if err != nil || !strings.HasPrefix(answer, c[1]) || strings.Contains(answer, `\u00`) {
			t.Errorf("%q: %q %v\nwant %s", c[0], answer, err, c[1])
		}
	}
	say.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// N lines in, N objects out with the same keys, whatever the lines hold and whether or not the last one ends.
func TestUnderstandGivesALineForALine(t *testing.T) {
	t.Parallel()
	lines := []string{"要两箱脆红李", "", "\x00\xff\xfe", strings.Repeat("濯水", 40_000), "🎉", "再见"}
	var out bytes.Buffer
	if err := understandLines(strings.NewReader(strings.Join(lines, "\n")), &out, seedReader(t), "2021-07-12"); err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(answers) != len(lines) {
		t.Fatalf("%d lines in, %d out", len(lines), len(answers))
	}
	for i, answer := range answers {
		var keys map[string]json.RawMessage
		if err := json.Unmarshal([]byte(answer), &keys); err != nil || len(keys) != 7 {
			t.Errorf("line %d: %v %s", i+1, err, answer)
		}
		at := -1
		for _, key := range []string{"intent", "spot", "date", "people", "products", "confidence", "ask"} {
			next := strings.Index(answer, `"`+key+`":`)
			if next <= at {
				t.Errorf("line %d: the key %s is missing or out of order: %s", i+1, key, answer)
			}
			at = next
		}
		if string(keys["products"]) == "null" {
			t.Errorf("line %d: products are null", i+1)
		}
	}
}

func TestUnderstandRefusesATimeItCannotRead(t *testing.T) {
	t.Parallel()
	if err := (understandCmd{Now: "tomorrow"}).Run(); err == nil || !strings.Contains(err.Error(), "RFC 3339") {
		t.Error(err)
	}
}

// The present moment is a day in Chongqing, whatever the zone of --now.
func TestUnderstandReckonsInChongqing(t *testing.T) {
	t.Parallel()
	r := seedReader(t)
	if got := r.Understand("今天去濯水", civilDay(t, "2021-07-12T20:00:00Z")).Date; got != "2021-07-13" {
		t.Error(got)
	}
}

func civilDay(t *testing.T, now string) string {
	t.Helper()
	day, err := understandCmd{Now: now}.today()
	if err != nil {
		t.Fatal(err)
	}
	return day
}
