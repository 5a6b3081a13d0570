package words

import "strings"

// units are what goods are counted in: weights and volumes first, then whatever people pack and count by.
var units = []string{
	"公斤", "千克", "kg", "kilo", "市斤", "斤", "两", "毫克", "克", "g", "吨", "磅", "毫升", "ml", "公升", "升", "l", "市两", "担",
	"箱子", "箱", "盒子", "盒", "袋子", "袋", "包", "瓶子", "瓶", "罐子", "罐", "件", "条", "床", "提", "只", "个", "份", "对", "双", "幅", "副", "把", "桶", "块", "枚", "篮", "筐", "打", "壶", "坛子", "坛", "扎", "麻袋", "蛇皮袋",
	"编织袋", "塑料袋", "株", "朵", "串", "根", "颗", "粒", "匹", "套", "组", "尾", "头", "刀", "卷", "支", "盆", "碗", "缸", "听", "棵", "捆", "篓", "背篓", "背", "挑", "坨", "板", "托", "排", "沓", "吊", "片", "节", "截", "碟", "笼",
	"杯", "勺", "筒", "饼", "兜", "网", "层", "瓣", "枝", "束", "扇", "腿", "方", "摞", "叠", "堆", "车", "单", "样", "张", "顶", "本", "盘", "封", "皮", "丛", "团", "笼屉", "泡沫箱", "纸箱", "竹篮", "竹筐", "礼盒", "大包", "小包", "大袋", "小袋",
	"大箱", "小箱", "大瓶", "小瓶", "大盒", "小盒", "大桶", "小桶", "大罐", "小罐", "整箱", "满箱", "整袋", "份儿", "个儿", "挂", "锅", "钵", "盅", "管", "滴", "窝", "爪", "轮", "架", "棒", "纸袋", "布袋", "口袋",
}

// plainUnits brings a unit with a word of size or a child's ending to the unit itself.
var plainUnits = map[string]string{
	"箱子": "箱", "盒子": "盒", "袋子": "袋", "瓶子": "瓶", "罐子": "罐", "坛子": "坛", "大包": "包", "小包": "包", "大袋": "袋", "小袋": "袋", "大箱": "箱", "小箱": "箱", "大瓶": "瓶", "小瓶": "瓶", "大盒": "盒", "小盒": "盒", "大桶": "桶",
	"小桶": "桶", "大罐": "罐", "小罐": "罐", "整箱": "箱", "满箱": "箱", "整袋": "袋", "份儿": "份", "个儿": "个",
}

// misspelt are units as a keyboard mistakes them; they count only between a number and the goods.
var misspelt = map[rune]string{
	'相': "箱", '厢': "箱", '想': "箱", '项': "箱", '香': "箱", '乡': "箱", '合': "盒", '和': "盒", '核': "盒", '河': "盒", '代': "袋", '带': "袋", '待': "袋", '戴': "袋", '金': "斤", '今': "斤", '近': "斤", '巾': "斤", '筋': "斤", '进': "斤",
	'平': "瓶", '凭': "瓶", '苹': "瓶", '灌': "罐", '管': "罐", '贯': "罐", '题': "提", '体': "提", '堤': "提", '建': "件", '见': "件", '健': "件", '床': "床", '传': "床", '窗': "床", '同': "桶", '通': "桶", '统': "桶", '筒': "桶",
	'宝': "包", '保': "包", '快': "块", '筷': "块", '支': "只", '之': "只", '知': "只", '各': "个", '课': "颗", '科': "颗", '可': "克", '客': "克", '刻': "克", '福': "幅", '服': "幅", '坦': "坛", '谈': "坛", '调': "条",
}

// unitAt reads a unit at place i: the unit, spelled right, and its length.
func (s *sentence) unitAt(i int) (string, int) {
	n := vocab().units.at(s.runes, i)
	if n == 0 {
		return "", 0
	}
	unit := string(s.runes[i : i+n])
	if next := i + n; n == 1 && isLetter(s.runes, i) && isLetter(s.runes, next) { // the l of «liang»
		return "", 0
	}
	if plain, known := plainUnits[unit]; known {
		unit = plain
	}
	return unit, n
}

func isLetter(r []rune, i int) bool { return i >= 0 && i < len(r) && r[i] >= 'a' && r[i] <= 'z' }

// misspeltAt reads a wrong unit that stands right before a product, or at the end after one.
func (s *sentence) misspeltAt(i, number int) (string, int) {
	if i >= len(s.runes) {
		return "", 0
	}
	unit := misspelt[s.runes[i]]
	next := s.hitAt(i + 1)
	ends := i+1 >= len(s.runes) || s.runes[i+1] == ','
	if unit == "" || !(next != nil && !next.spot) && !(ends && s.productBefore(number)) {
		return "", 0
	}
	return unit, 1
}

// productBefore says whether a product stands before place i, with no more than words of wanting between.
func (s *sentence) productBefore(i int) bool {
	for k := i - 1; k >= max(0, i-3); k-- {
		if h := s.hitAt(k); h != nil {
			return !h.spot
		}
		if !strings.ContainsRune("要来买订称拿", s.runes[k]) {
			return false
		}
	}
	return false
}

// oneUnit brings units that mean the same to one word, for the shop.
func oneUnit(unit string) string {
	switch unit {
	case "kg", "千克", "kilo":
		return "公斤"
	case "市斤":
		return "斤"
	case "g":
		return "克"
	}
	return unit
}
