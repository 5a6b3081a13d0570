package words

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// townWords is what the first programme's spots and some of its products are called.
func townWords() Vocabulary {
	return Vocabulary{
		Spots: []Named{
			{ID: "zhuoshui", Name: "濯水景区", Aliases: []string{"濯水古镇", "濯水", "濯水景区-蒲花暗河", "蒲花暗河"}},
			{ID: "shenguixia", Name: "神龟峡", Aliases: []string{"阿蓬江神龟峡", "神龟峡景区"}},
			{ID: "chengshi-daxiagu", Name: "城市大峡谷", Aliases: []string{"芭拉胡", "城市峡谷", "黔江城市大峡谷", "城市芭拉胡"}},
			{ID: "shisanzhai", Name: "十三寨", Aliases: []string{"土家十三寨", "小南海土家十三寨"}},
			{ID: "ailisi", Name: "爱莉丝庄园", Aliases: []string{"爱丽丝庄园", "愛莉絲莊園"}},
		},
		Products: []Named{
			{ID: "yangdujun-fresh", Name: "黔江羊肚菌（鲜）", Aliases: []string{"鲜羊肚菌", "羊肚菌"}, Unit: "斤"},
			{ID: "yangdujun-dry", Name: "黔江羊肚菌(干)", Aliases: []string{"干羊肚菌", "羊肚菌"}, Unit: "盒"},
			{ID: "cuihongli", Name: "黔江脆红李", Aliases: []string{"李子"}, Unit: "箱"},
			{ID: "mihoutao", Name: "黔江猕猴桃", Unit: "箱"},
			{ID: "jiza", Name: "黔江鸡杂(预制/真空)", Aliases: []string{"泡椒鸡杂"}, Unit: "袋"},
			{ID: "lazi-ji", Name: "沙坝镇辣子鸡", Unit: "袋"},
			{ID: "lvdoufen", Name: "濯水绿豆粉", Unit: "袋"},
			{ID: "silk", Name: "蚕丝被/丝绸", Unit: "床"},
			{ID: "dijiniu", Name: "地牯牛", Aliases: []string{"国庆"}, Unit: "瓶"},
			{ID: "zhenzhulan", Name: "珍珠兰茶", Aliases: []string{"珍珠兰"}, Unit: "罐"},
			{ID: "shendou", Name: "肾豆", Unit: "袋"},
			{ID: "mala-mi", Name: "马喇贡米", Aliases: []string{"贡米"}, Unit: "袋"},
			{ID: "xilankapu", Name: "西兰卡普", Unit: "幅"},
			{ID: "lihe", Name: "武陵山货礼盒", Aliases: []string{"礼盒"}, Unit: "盒"},
		},
	}
}

const townDay = "2021-07-12" // a Monday

func TestReadSentences(t *testing.T) {
	f, err := os.Open("testdata/words.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, n := NewReader(townWords()), 0
	for lines, line := bufio.NewScanner(f), 1; lines.Scan(); line++ {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		c := strings.Split(lines.Text(), "\t")
		if len(c) != 8 {
			t.Fatalf("line %d has %d columns", line, len(c))
		}
		today := c[0]
		if today == "" {
			today = townDay
		}
		if got, want := written(r.Read(c[1], today)), strings.Join(c[2:], "\t"); got != want {
			t.Errorf("line %d %s «%s»\n got %s\nwant %s", line, today, c[1], got, want)
		}
		n++
	}
	if n < 150 {
		t.Errorf("only %d sentences", n)
	}
}

// written puts what was heard into the columns of words.tsv.
func written(h Heard) string {
	var goods []string
	one := func(mark string, p HeardProduct) string {
		if p.Quantity == 0 && p.Unit == "" {
			return mark + p.ID + "::"
		}
		return fmt.Sprintf("%s%s:%g:%s", mark, p.ID, p.Quantity, p.Unit)
	}
	for _, p := range h.Products {
		goods = append(goods, one("", p))
	}
	for _, p := range h.Either {
		goods = append(goods, one("?", p))
	}
	for _, id := range h.Without {
		goods = append(goods, "-"+id)
	}
	if h.Quantity > 0 {
		goods = append(goods, fmt.Sprintf("%g:%s", h.Quantity, h.Unit))
	}
	people, ask := "", h.Ask
	if h.People > 0 {
		people = fmt.Sprint(h.People)
	}
	if options := slices.Concat(h.EitherSpot, h.EitherDay); len(options) > 0 {
		ask += ":" + strings.Join(options, ",")
	}
	return strings.Join([]string{h.Intent, h.Spot, h.Date, people, strings.Join(goods, " "), ask}, "\t")
}

// A day means the same whoever asks; these are the corners that the table, written for one Monday, cannot hold.
func TestReadWithoutAnyDay(t *testing.T) {
	h := NewReader(townWords()).Read("下周六去濯水,三个人", "yesterday")
	if h.Date != "" || h.People != 3 || h.Spot != "zhuoshui" || h.Intent != IntentClaim {
		t.Errorf("%+v", h)
	}
}

// The bare weekday is the coming one, for every day of the year and every weekday, and never today.
func TestWeekdaysAllYear(t *testing.T) {
	r := NewReader(Vocabulary{})
	for day := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2021; day = day.AddDate(0, 0, 1) {
		for i, name := range []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"} {
			got, err := time.Parse(time.DateOnly, r.Read(name, day.Format(time.DateOnly)).Date)
			if ahead := int(got.Sub(day).Hours() / 24); err != nil || int(got.Weekday()) != i || ahead < 1 || ahead > 7 {
				t.Fatalf("%s on %s: %s %v", name, day.Format(time.DateOnly), got, err)
			}
			next, err := time.Parse(time.DateOnly, r.Read("下"+name, day.Format(time.DateOnly)).Date)
			_, week := day.AddDate(0, 0, 7).ISOWeek()
			if _, w := next.ISOWeek(); err != nil || w != week || int(next.Weekday()) != i {
				t.Fatalf("下%s on %s: %s %v", name, day.Format(time.DateOnly), next, err)
			}
		}
	}
}

func TestQuestions(t *testing.T) {
	for _, ask := range []string{AskProduct, AskQuantity, AskSpot, AskPastDay, AskDay, AskPeople, AskOthers, AskPrice, AskStock} {
		if (Heard{Ask: ask}).Question() == "" {
			t.Errorf("nothing to say for %s", ask)
		}
	}
	if (Heard{}).Question() != "" || (Heard{Intent: IntentSpots, Ask: AskPrice}).Question() != "" {
		t.Error("a question where none is to be asked")
	}
}

// A free spot and a 3折 spot share words: whatever stands around 神龟峡, it is never the other one.
func TestShenguixiaIsNeverTheCityGorge(t *testing.T) {
	r := NewReader(townWords())
	for _, s := range []string{"神龟峡", "神龟峡谷", "神龟峡大峡谷", "黔江神龟峡", "阿蓬江神龟峡", "神龟峡城市", "去神龟峡景区", "神龟 峡", "神龜峽", "城市神龟峡"} {
		if h := r.Read(s, townDay); h.Spot != "shenguixia" {
			t.Errorf("%s: %q %v", s, h.Spot, h.EitherSpot)
		}
	}
}

// FuzzRead holds what everybody relies on, whatever is typed: known ids, days to come, numbers in their bounds, and both
// views of one reading.
func FuzzRead(f *testing.F) {
	for _, e := range slices.Concat(readCorpus(f, "testdata/build.tsv"), readCorpus(f, "testdata/more.tsv")) {
		f.Add(e.text)
	}
	vocabulary := seedWords(f)
	r := NewReader(vocabulary)
	known := map[string]bool{"": true}
	for _, n := range slices.Concat(vocabulary.Spots, vocabulary.Products) {
		known[n.ID] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, u := r.Read(text, townDay), r.Understand(text, townDay)
		if !sound(h, known) {
			t.Fatalf("%q: %+v", text, h)
		}
		if u.Intent == "" || u.Products == nil || !known[u.Spot] || u.Confidence <= 0 || u.Confidence > 1 || u.People < 0 || u.Date != "" && u.Date != h.Date {
			t.Fatalf("%q: %+v", text, u)
		}
		for _, p := range u.Products {
			if !known[p.ID] || p.Quantity < 0 || p.Quantity > 9999 || p.Quantity == 0 && u.Ask == "" {
				t.Fatalf("%q: %+v", text, u)
			}
		}
		if again := r.Understand(text, townDay); !reflect.DeepEqual(u, again) {
			t.Fatalf("%q: once %+v, once %+v", text, u, again)
		}
	})
}

// sound checks what was heard against its own rules.
func sound(h Heard, known map[string]bool) bool {
	if h.Intent == "" || h.People < 0 || h.People > maxPeople || !known[h.Spot] || h.Quantity < 0 {
		return false
	}
	for _, p := range slices.Concat(h.Products, h.Either) {
		if p.ID == "" || !known[p.ID] || p.Quantity < 0 || p.Quantity > 9999 {
			return false
		}
	}
	for _, id := range slices.Concat(h.EitherSpot, h.Without) {
		if !known[id] {
			return false
		}
	}
	for _, day := range append(h.EitherDay, h.Date) {
		if _, err := time.Parse(time.DateOnly, day); day != "" && (err != nil || day < townDay) {
			return false
		}
	}
	return true
}

// The longest message costs little, whatever it is made of: nobody can keep the bot busy with one.
func TestLongMessagesAreCheap(t *testing.T) {
	r := NewReader(townWords())
	for _, piece := range []string{"一", "1", "1-", "周", "两大一小", "带", "7.15", "濯水", "脆红李", "两箱", "脆红李两箱", "能", "退", "\u0301", "和我", "🎉", "国庆第"} {
		start := time.Now()
		r.Read(strings.Repeat(piece, 20_000), townDay)
		if took := time.Since(start); took > time.Second/4 {
			t.Errorf("«%s» many times takes %s", piece, took)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	r := NewReader(townWords())
	sentences := []string{"我想下周六去濯水,三个人", "要两箱脆红李和一斤羊肚菌干", "你好,请问我的脆红李怎么还没到啊", "神龟峡国庆第二天两大一小"}
	for i := 0; b.Loop(); i++ {
		r.Read(sentences[i%len(sentences)], townDay)
	}
}
