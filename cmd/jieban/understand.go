package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db/seed"
)

// maxSentence is how much of a line is read, in bytes; the rest of a longer one is dropped.
const maxSentence = 64 << 10

// understandCmd answers every line of standard input with what the bot understands of it, so that anyone can measure the
// grammar on sentences of their own. It knows the names that the demonstration starts with and needs no database.
type understandCmd struct {
	Now string `placeholder:"TIME" help:"What is now for the sentences, RFC 3339 (2021-07-12T09:00:00+08:00). Default: the present moment."`
}

func (u understandCmd) Run() error {
	today, err := u.today()
	if err != nil {
		return err
	}
	v, err := seedVocabulary()
	if err != nil {
		return err
	}
	return understandLines(os.Stdin, os.Stdout, words.NewReader(v), today)
}

// today is the civil day of the programme's zone at the moment given.
func (u understandCmd) today() (string, error) {
	now := time.Now()
	if u.Now != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, u.Now); err != nil {
			return "", fmt.Errorf("--now %q is no RFC 3339 time such as 2021-07-12T09:00:00+08:00", u.Now)
		}
	}
	return string(models.DayOf(now)), nil
}

// understandLines prints one object for each line. It flushes whenever no more input is at hand: a program that writes a
// line and waits gets its answer, and a file goes through in large pieces.
func understandLines(in io.Reader, out io.Writer, r *words.Reader, today string) error {
	lines := bufio.NewReaderSize(in, maxSentence)
	written := bufio.NewWriterSize(out, maxSentence)
	objects := json.NewEncoder(written)
	objects.SetEscapeHTML(false)
	for {
		line, more, err := nextLine(lines)
		if err == nil && more {
			err = objects.Encode(r.Understand(line, today))
		}
		switch {
		case err != nil:
			return errors.Join(err, written.Flush())
		case !more:
			return written.Flush()
		case lines.Buffered() == 0:
			if err := written.Flush(); err != nil {
				return err
			}
		}
	}
}

// nextLine reads one line without its end. A last line needs no end; more is false behind it.
func nextLine(lines *bufio.Reader) (line string, more bool, err error) {
	piece, rest, err := lines.ReadLine()
	if errors.Is(err, io.EOF) {
		return "", false, nil
	}
	line = string(piece)
	for rest && err == nil {
		_, rest, err = lines.ReadLine()
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return line, true, err
}

// seedVocabulary is every spot and product of the seed by its names, in the seed's order.
func seedVocabulary() (v words.Vocabulary, err error) {
	var programme struct{ Spots []words.Named }
	var shop struct {
		Products []struct {
			words.Named
			SKUs []struct{ Unit string }
		}
	}
	for name, into := range map[string]any{"programme_2021.json": &programme, "shop.json": &shop} {
		b, err := seed.Files.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(b, into)
		}
		if err != nil {
			return v, fmt.Errorf("the seed's %s: %w", name, err)
		}
	}
	v.Spots = programme.Spots
	for _, p := range shop.Products {
		if len(p.SKUs) > 0 {
			p.Unit = p.SKUs[0].Unit
		}
		v.Products = append(v.Products, p.Named)
	}
	return v, nil
}
