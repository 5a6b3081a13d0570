package words

import (
	"strings"
	"testing"
)

func TestFromPinyin(t *testing.T) {
	r := NewReader(seedWords(t))
	for text, want := range map[string]string{
		"nihao": "你好", "wo yao ling quan": "我要领券", "wodequan": "我的券", "liangge ren": "两个人", "butongyi": "不同意", "bu": "不",
		"woyao qu zhuoshui": "我要去濯水", "woyaoquzhuosui": "我要去濯水", "lai 2 xiang lizi": "来 2箱李子", "7.15 san ge ren": "7.15三个人",
		"chl liangxiang": "chl 两箱", "xiazhouliu": "下周六", "mihoutao he hetao ge liang jin": "猕猴桃和核桃各两斤",
		"abc": "abc", "": "", "2kg": "2kg", "500ml": "500ml", "i want to buy honey": "i want to buy honey", "help me": "help me", "你 hao": "你 hao",
	} {
		got := r.names.fromPinyin(text)
		if strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Errorf("fromPinyin(%q) = %q, want %q", text, got, want)
		}
	}
}
