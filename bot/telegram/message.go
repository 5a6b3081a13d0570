package telegram

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/jieban/jieban/bot"
)

// How much one message holds. Telegram counts characters; we count UTF-16 units, of which there are never fewer.
const (
	maxText    = 4096
	maxCaption = 1024
)

// pairWidth is how wide a label may be that shares its row with another, in half-width columns: eight Chinese characters.
const pairWidth = 16

// part is one message of Telegram's: a text with buttons, or a photo with a caption.
type part struct {
	first int    // the reply it begins with
	text  string // caption of a photo
	photo string // path of a picture of ours; "" = a text
	rows  [][]button
}

// keyboard and button are Telegram's inline keyboard. The library's own button writes an empty copy_text into every
// button, and Telegram refuses a button of two kinds.
type keyboard struct {
	Rows [][]button `json:"inline_keyboard"`
}

type button struct {
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
	Data string `json:"callback_data,omitempty"`
}

// paper collects replies into messages.
type paper struct {
	parts []part
	texts []string
	rows  [][]button
	first int
}

// lay lays replies out: texts that stand together become one message, and what can be tapped hangs on the last text.
// address makes a page's address out of a reply's URL. The same replies give the same number of messages.
func lay(replies []bot.Reply, address func(path string) string) []part {
	var p paper
	for i, r := range replies {
		switch r.Type {
		case bot.ReplyImage:
			p.end()
			captions := split(r.Alt, maxCaption)
			captions = append(captions, "")
			p.parts = append(p.parts, part{first: i, photo: r.URL, text: captions[0]})
			p.write(i, strings.Join(captions[1:], "\n"))
		case bot.ReplyLink:
			p.link(i, r.Text, address(r.URL))
		case bot.ReplyChoices:
			p.write(i, r.Text)
			p.begin(i)
			p.rows = append(p.rows, choiceRows(r.Choices)...)
			p.end()
		default:
			p.write(i, r.Text)
		}
	}
	p.end()
	return p.parts
}

// begin notes which reply a message begins with.
func (p *paper) begin(i int) {
	if len(p.texts) == 0 && len(p.rows) == 0 {
		p.first = i
	}
}

// write adds a text.
func (p *paper) write(i int, text string) {
	if text = strings.TrimSpace(strings.ToValidUTF8(text, "")); text == "" {
		return
	}
	p.begin(i)
	p.texts = append(p.texts, text)
}

// link adds a button, or the address in words where Telegram takes no button: it knows no host without a dot.
func (p *paper) link(i int, label, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !strings.Contains(u.Hostname(), ".") || label == "" {
		p.write(i, strings.TrimSpace(label+"\n"+address))
		return
	}
	p.begin(i)
	p.rows = append(p.rows, []button{{Text: label, URL: address}})
}

// end makes the messages of what was collected; the buttons hang on the last.
func (p *paper) end() {
	texts := split(strings.Join(p.texts, "\n\n"), maxText)
	if len(texts) == 0 && len(p.rows) > 0 {
		texts = []string{"请点下面的按钮："}
	}
	for _, text := range texts {
		p.parts = append(p.parts, part{first: p.first, text: text})
	}
	if len(p.rows) > 0 {
		p.parts[len(p.parts)-1].rows = p.rows
	}
	p.texts, p.rows = nil, nil
}

// choiceRows puts two short choices beside each other, and a long one on a row of its own.
func choiceRows(choices []bot.Choice) (rows [][]button) {
	room := false
	for _, c := range choices {
		label := strings.TrimSpace(c.Label)
		if label == "" || c.Send == "" {
			continue
		}
		b, short := button{Text: label, Data: data(c.Send)}, width(label) <= pairWidth
		if room && short {
			rows[len(rows)-1] = append(rows[len(rows)-1], b)
			room = false
			continue
		}
		rows = append(rows, []button{b})
		room = short
	}
	return rows
}

// width is how many half-width columns a label takes.
func width(s string) (n int) {
	for _, r := range s {
		n += min(2, utf8.RuneLen(r)) // Chinese and emoji take two; a few European letters are thought too wide
	}
	return n
}

// split cuts a text into pieces of at most limit UTF-16 units, between lines where it can. "" has none.
func split(text string, limit int) (pieces []string) {
	for text != "" {
		cut := fit(text, limit)
		if cut < len(text) {
			if line := strings.LastIndexByte(text[:cut], '\n'); line > 0 {
				cut = line
			}
		}
		if piece := strings.TrimSpace(text[:cut]); piece != "" {
			pieces = append(pieces, piece)
		}
		text = strings.TrimLeft(text[cut:], "\n")
	}
	return pieces
}

// fit is how many bytes of a text are within limit UTF-16 units.
func fit(text string, limit int) int {
	n := 0
	for i, r := range text {
		if n += max(1, utf16.RuneLen(r)); n > limit {
			return i
		}
	}
	return len(text)
}

// plain is a message without buttons: choices become numbers, which the conversation reads, and links addresses.
func plain(p part) string {
	lines, n := []string{p.text}, 0
	for _, row := range p.rows {
		for _, b := range row {
			if b.URL != "" {
				lines = append(lines, b.Text+"："+b.URL)
				continue
			}
			n++
			lines = append(lines, strconv.Itoa(n)+" "+b.Text)
		}
	}
	return strings.Join(lines, "\n")
}
