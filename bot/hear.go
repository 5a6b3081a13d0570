package bot

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jieban/jieban/models/db"
	"golang.org/x/text/unicode/norm"
)

// nameCache keeps a Reader for the names that are in the database, made anew after a while: a product listed a minute
// ago may be asked for by its name.
type nameCache struct {
	mu     sync.Mutex
	reader *Reader
	until  time.Time
}

// namesFor is how long names are kept, in business time.
const namesFor = 30 * time.Second

func (e *Engine) reader(ctx context.Context) (*Reader, error) {
	e.names.mu.Lock()
	defer e.names.mu.Unlock()
	now := e.d.Now()
	if e.names.reader != nil && now.Before(e.names.until) {
		return e.names.reader, nil
	}
	v, err := e.vocabulary(ctx)
	if err != nil {
		return nil, err
	}
	e.names.reader, e.names.until = NewReader(v), now.Add(namesFor)
	return e.names.reader, nil
}

func (e *Engine) vocabulary(ctx context.Context) (v Vocabulary, err error) {
	spots, err := e.d.Spots(ctx)
	if err != nil {
		return v, err
	}
	for _, s := range spots {
		v.Spots = append(v.Spots, Named{ID: s.ID, Name: s.Name, Aliases: s.Aliases})
	}
	for after := ""; ; {
		page, err := e.d.Products(ctx, db.ProductFilter{After: after, Limit: 100})
		if err != nil {
			return v, err
		}
		for _, p := range page.Products {
			n := Named{ID: p.ID, Name: p.Name, Aliases: p.Aliases}
			if len(p.SKUs) > 0 {
				n.Unit = p.SKUs[0].Unit
			}
			v.Products = append(v.Products, n)
		}
		if after = page.Next; after == "" {
			return v, nil
		}
	}
}

// hear reads the message, once a turn.
func (t *turn) hear() (Heard, error) {
	if t.reading {
		return t.heard, nil
	}
	r, err := t.e.reader(t.ctx)
	if err != nil {
		return Heard{}, err
	}
	t.heard, t.reading = r.Read(t.text, string(t.e.d.Today())), true
	return t.heard, nil
}

// says tells whether the message, without punctuation and polite endings, is one of the phrases.
func (t *turn) says(phrases ...string) bool {
	s := bare(t.text)
	for _, p := range phrases {
		if s == p {
			return true
		}
	}
	return false
}

// mentions tells whether the message contains one of the phrases.
func (t *turn) mentions(phrases ...string) bool {
	for _, p := range phrases {
		if strings.Contains(t.text, p) {
			return true
		}
	}
	return false
}

// bare drops the punctuation around a short answer, and the particles people end it with.
func bare(s string) string {
	s = strings.Trim(norm.NFKC.String(s), edges)
	for _, end := range []string{"吧", "呀", "啊", "了", "哈", "嘛", "哦", "呢", "噻"} {
		if cut, ok := strings.CutSuffix(s, end); ok && cut != "" {
			return strings.Trim(cut, edges)
		}
	}
	return s
}

// edges stand around an answer and mean nothing.
const edges = " \t\n,!?~\"':;" + `.。、“”…`

var shortNumber = regexp.MustCompile(`^[^0-9]{0,6}?([0-9]{1,3})\s*[个位人名口箱袋盒瓶斤件份张只床罐把块桶枚幅号日]*$`)

// countOf reads a short answer that is a number of something: 3, 三, 3个人, 就两个, 十二位. ok is false for other text.
func countOf(text string) (n int, ok bool) {
	s := bare(text)
	if m := shortNumber.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		return n, err == nil
	}
	s = strings.TrimLeft(s, "就我们要一共总来买改成")
	if s == "" {
		s = bare(text)
	}
	return hanNumber(strings.TrimRight(s, "个位人名口箱袋盒瓶斤件份张只床罐把块桶枚幅号日"))
}

// hanNumber reads 一 to 九十九, 两 and 俩 and 仨.
func hanNumber(s string) (int, bool) {
	digit := map[string]int{"一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
	if n, ok := digit[s]; ok {
		return n, true
	}
	tens, ones, found := strings.Cut(s, "十")
	if !found {
		return 0, false
	}
	n := 10
	if tens != "" {
		d, ok := digit[tens]
		if !ok {
			return 0, false
		}
		n = 10 * d
	}
	if ones == "" {
		return n, true
	}
	d, ok := digit[ones]
	return n + d, ok
}
