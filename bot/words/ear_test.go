package words

import (
	"strings"
	"testing"
)

// Names as they are heard in Chongqing, typed in letters, or typed with one slip.
func TestNamesByEar(t *testing.T) {
	r := NewReader(seedWords(t))
	for id, list := range map[string]string{
		"zhuoshui":         "我要去卓水|去桌水玩|濯税古镇我要去|灼水古镇门票|濯水水|zhuoshui|我要去zhuo shui|zs明天|zhuosui门票",
		"shenguixia":       "神龟夏|神鬼峡|神归侠明天|龟神峡|shen gui xia|sgx明天两个人",
		"chengshi-daxiagu": "巴拉胡|芭拉湖|兰瓜胡|城市大侠谷|大峡谷|blh明天",
		"shisanzhai":       "十三斋|十三宅|石三寨|shisanzhai",
		"ailisi":           "爱丽思庄园|艾莉丝|爱莉庄园|als周六",
		"cuihongli":        "脆红里两箱|翠红李|催红李|脆脆红李|脆红红李|脆李红两箱|脆红三箱|两箱里子|cui hong li 两箱|要2箱chl|cuihonli 3箱",
		"mihoutao":         "米猴桃|弥猴桃|泥猴桃|猕桃两箱|mihoutao 3箱|要两箱mht",
		"jiza":             "鸡砸两袋|鸡渣两袋|机杂三袋",
		"silk":             "残丝被|蚕思被|蚕丝杯一床",
		"fengmi":           "土蜂密|峰蜜两瓶|土风蜜",
		"larou":            "蜡肉三斤|辣肉两块",
		"muer":             "黑木而一袋|黑目耳",
	} {
		for text := range strings.SplitSeq(list, "|") {
			u := r.Understand(text, townDay)
			if u.Spot != id && (len(u.Products) != 1 || u.Products[0].ID != id) {
				t.Errorf("«%s» is read as %+v, want %s", text, u, id)
			}
		}
	}
}

// Every second syllable of everyday speech sounds like a name: these are none.
func TestEverydayWordsAreNoNames(t *testing.T) {
	r := NewReader(seedWords(t))
	for _, text := range []string{
		"我的里子面子都没了", "两个儿子", "吃吧吃吧", "你和我一起", "明天嘛", "今天吗", "7月十三再说", "换个日子", "你自己看", "把那壶给我", "你们这儿跟那儿", "我爱你", "红利发了没", "买两斤栗子", "资金问题",
		"喝水", "作水", "打米", "行李放哪里", "快的很", "三斋", "好大", "里子", "发火", "一般般", "十三在", "油茶", "红薯", "绿豆汤", "土鸭蛋", "苦丁茶", "豌豆粉", "kg", "ok", "hi", "qq", "test", "wifi",
	} {
		if u := r.Understand(text, townDay); u.Spot != "" || len(u.Products) > 0 {
			t.Errorf("«%s» is read as %+v", text, u)
		}
	}
}

// A name that was only heard is less certain than one that was written, and what nobody understood least of all.
func TestConfidence(t *testing.T) {
	r := NewReader(seedWords(t))
	last := 1.0
	for _, text := range []string{"要两箱脆红李", "要两箱翠红李", "要两箱脆李红", "要几箱脆红李", "今天天气好"} {
		c := r.Understand(text, townDay).Confidence
		if c >= last || c <= 0 {
			t.Errorf("«%s»: %v after %v", text, c, last)
		}
		last = c
	}
}
