package bot

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jieban/jieban/bot/words"
	"github.com/jieban/jieban/models"
	"golang.org/x/text/unicode/norm"
)

// nameCache keeps a Reader for the names that are in the database, made anew after a while: a product listed a minute
// ago may be asked for by its name.
type nameCache struct {
	mu      sync.Mutex
	reader  *words.Reader
	product string // an example of what people ask for, with its unit: 斤羊肚菌
	until   time.Time
}

// namesFor is how long names are kept, in business time.
const namesFor = 30 * time.Second

// reader gives the Reader of the moment. One who waits for it waits for a few small queries.
func (e *Engine) reader(ctx context.Context) (*words.Reader, error) {
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
	e.names.reader, e.names.until, e.names.product = words.NewReader(v), now.Add(namesFor), ""
	if len(v.Products) > 0 {
		p := v.Products[0]
		e.names.product = p.Unit + append(p.Aliases, p.Name)[0]
	}
	return e.names.reader, nil
}

// example is a product and its unit as people would say them; "" where nothing is on sale.
func (e *Engine) example(ctx context.Context) (string, error) {
	_, err := e.reader(ctx)
	e.names.mu.Lock()
	defer e.names.mu.Unlock()
	return e.names.product, err
}

// shortest is the shortest name of a spot.
func shortest(n words.Named) string {
	name := n.Name
	for _, a := range n.Aliases {
		if a != "" && len(a) < len(name) {
			name = a
		}
	}
	return name
}

// vocabulary collects every name on sale and on offer.
func (e *Engine) vocabulary(ctx context.Context) (v words.Vocabulary, err error) {
	spots, err := e.d.Spots(ctx)
	if err != nil {
		return v, err
	}
	for _, s := range spots {
		v.Spots = append(v.Spots, words.Named{ID: s.ID, Name: s.Name, Aliases: s.Aliases})
	}
	suppliers, err := e.d.Suppliers(ctx) // lists of the shop leave the other names out; a supplier's own list has them
	if err != nil {
		return v, err
	}
	for _, s := range suppliers {
		if !s.Approved {
			continue
		}
		products, err := e.d.SupplierProducts(ctx, s.ID)
		if err != nil {
			return v, err
		}
		for _, p := range products {
			if p.State != models.ListingListed {
				continue
			}
			n := words.Named{ID: p.ID, Name: p.Name, Aliases: p.Aliases}
			if len(p.SKUs) > 0 {
				n.Unit = p.SKUs[0].Unit
			}
			v.Products = append(v.Products, n)
		}
	}
	return v, nil
}

// hear reads the message, once a turn.
func (t *turn) hear() (words.Heard, error) {
	if t.reading {
		return t.heard, nil
	}
	r, err := t.e.reader(t.ctx)
	if err != nil {
		return words.Heard{}, err
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
	m := hanCount.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	return hanNumber(m[1])
}

var hanCount = regexp.MustCompile(`^(?:就|我们|我|要|一共|总共|共|来|买|改成|改为)*([一二两俩三仨四五六七八九十]{1,3})[个位人名口箱袋盒瓶斤件份张只床罐把块桶枚幅号日]*$`)

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
