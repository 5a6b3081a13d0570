package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxRunes is how much of a message is read; what comes after is a story, not an order.
const maxRunes = 300

// traditional pairs the traditional characters of the field's names and of everyday words with simplified ones.
const traditional = "麗丽愛爱莉莉絲丝莊庄園园鎮镇龜龟峽峡領领門门週周後后個个們们訂订單单買买賣卖錢钱紅红乾干鮮鲜雞鸡雜杂兩两幾几號号點点時时間间來来這这對对張张條条隻只雙双裝装歲岁還还沒没嗎吗麼么問问幫帮請请謝谢資资說说認认證证確确預预約约貨货運运遞递車车樣样為为無无開开關关聯联繫系係系綁绑碼码誰谁裡里裏里應应該该實实國国慶庆節节禮礼當当風风綢绸貢贡馬马獼猕綠绿腎肾蘭兰織织錦锦蠶蚕遊游覽览優优憑凭掃扫費费給给結结賬账帳账購购籃篮發发達达刪删權权據据轉转員员業业萬万從从過过現现進进輛辆兒儿媽妈爺爷孫孙爾尔婦妇親亲嘗尝東东頭头臺台灣湾區区縣县鄉乡棗枣薑姜醬酱醃腌臘腊麵面筍笋參参靈灵藥药壹一貳二參三肆四伍五陸六柒七捌八玖九拾十號号聽听話话換换貴贵價价訊讯息息銷销撤撤嚴严盡尽鹽盐寧宁壩坝飯饭豬猪鴨鸭魚鱼萊莱豐丰漢汉譽誉師师處处務务補补齊齐廣广長长見见總总紙纸級级線线網网圖图數数據据"

// script turns traditional characters into simplified ones.
type script map[rune]rune

func newScript() script {
	sc := script{}
	pairs := []rune(traditional)
	for i := 0; i+1 < len(pairs); i += 2 {
		sc[pairs[i]] = pairs[i+1]
	}
	return sc
}

// normal brings a message to one form: NFKC, lower case, simplified characters, no emoji, no brackets or quotes,
// one comma for all that ends a phrase. Dots, hyphens, slashes and colons stay between digits, spaces between
// letters and digits, because «7.15 3个人» is a date and a number.
func (sc script) normal(text string) string {
	if len(text) > 8*maxRunes { // before the costly part; a rune has at most 4 bytes, and combining marks come on top
		text = strings.ToValidUTF8(text[:8*maxRunes], "")
	}
	in := []rune(strings.ToLower(norm.NFKC.String(text)))
	if len(in) > maxRunes {
		in = in[:maxRunes]
	}
	out := make([]rune, 0, len(in))
	gap := false
	for i, r := range in {
		if s, known := sc[r]; known {
			r = s
		}
		switch {
		case unicode.IsSpace(r):
			gap = true
			continue
		case unicode.IsLetter(r) && !unicode.Is(unicode.Lm, r) || r >= '0' && r <= '9' || r == '〇':
			if gap && len(out) > 0 && plainRune(r) && plainRune(out[len(out)-1]) {
				out = append(out, ' ')
			}
		case dropped(r):
			continue
		default:
			r = punctuation(in, i, r)
			if r == ',' && (len(out) == 0 || out[len(out)-1] == ',') {
				continue
			}
		}
		gap = false
		out = append(out, r)
	}
	return strings.TrimRight(string(out), ",")
}

// punctuation keeps what joins two digits and makes a comma of every other mark.
func punctuation(in []rune, i int, r rune) rune {
	switch r {
	case '×', '✕', '✖':
		r = '*'
	case '~', '—', '–', '−', '〜':
		r = '-'
	}
	between := i > 0 && i+1 < len(in) && isDigit(in[i-1]) && isDigit(in[i+1])
	switch {
	case strings.ContainsRune(".-/:", r) && between:
		return r
	case r == '-' && i > 0 && i+1 < len(in) && in[i-1] != ' ' && chineseDigit(in[i+1]) >= 0: // 三-五个
		return r
	case r == '*' || r == '+':
		return r
	}
	return ','
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func plainRune(r rune) bool { return isDigit(r) || r >= 'a' && r <= 'z' }

// dropped says whether a character carries no words: emoji and their parts, brackets, quotes, marks on letters.
func dropped(r rune) bool {
	return r == unicode.ReplacementChar ||
		unicode.In(r, unicode.So, unicode.Sk, unicode.Cf, unicode.Cs, unicode.Co, unicode.Cc, unicode.Cn, unicode.M, unicode.Lm,
			unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf) || strings.ContainsRune("\"'·「」『』《》“”‘’", r)
}

// standsAt says whether w stands at place i of r.
func standsAt(r []rune, i int, w string) bool {
	for _, c := range w {
		if i < 0 || i >= len(r) || r[i] != c {
			return false
		}
		i++
	}
	return true
}

// oneOf gives the first of the words that stands at place i, and its length in runes. Where one word begins
// another, the longer must come first.
func oneOf(r []rune, i int, words []string) (string, int) {
	for _, w := range words {
		if standsAt(r, i, w) {
			return w, len([]rune(w))
		}
	}
	return "", 0
}
