package words

import "testing"

// TestRules holds one sentence or two for every rule that reads beyond single words, in the columns of the corpora.
func TestRules(t *testing.T) {
	r := NewReader(seedWords(t))
	for text, want := range map[string]string{
		"我哪能不去嘛,三个人,濯水": "claim\tzhuoshui\t\t3\t\t", "又不是不要,李子来一箱": "buy\t\t\t\tcuihongli:1:箱\t",
		"几斤核桃": "buy\t\t\t\thetao:0:斤\t?", "称50块钱的花椒": "buy\t\t\t\thuajiao:0:\t?", "一千克木耳": "buy\t\t\t\tmuer:1:千克\t",
		"500毫升的茶油来两瓶": "buy\t\t\t\tchayou:2:瓶\t", "一盒30枚的土鸡蛋来两盒": "buy\t\t\t\ttujidan:2:盒\t", "总共两箱李子一瓶蜂蜜": "buy\t\t\t\tcuihongli:2:箱 fengmi:1:瓶\t",
		"全家去濯水": "claim\tzhuoshui\t\t\t\t", "带娃去濯水": "claim\tzhuoshui\t\t\t\t", "带个娃去濯水": "claim\tzhuoshui\t\t2\t\t",
		"老两口加小两口带个孙子": "claim\t\t\t5\t\t", "一家三口加一家四口": "claim\t\t\t7\t\t", "我跟二姨三姨去": "claim\t\t\t3\t\t", "一家六口就缺爷爷": "claim\t\t\t5\t\t",
		"两对夫妻去濯水": "claim\tzhuoshui\t\t4\t\t", "我和老婆带双胞胎": "claim\t\t\t4\t\t",
		"我住李子坝,领濯水的票": "claim\tzhuoshui\t\t\t\t", "听说神龟峡在修路,那就领濯水的": "claim\tzhuoshui\t\t\t\t", "别给我领濯水的,我要神龟峡的": "claim\tshenguixia\t\t\t\t",
		"去年国庆去了神龟峡,今年国庆想去濯水": "claim\tzhuoshui\t2021-10-01\t\t\t", "上个月去了濯水": "other\tzhuoshui\t\t\t\t", "昨天下的订单帮我取消": "order_cancel\t\t\t\t\t",
		"十三寨和大峡谷我都想去,后天": "claim\t\t2021-07-14\t\t\t?", "10月2号去濯水,今年国庆要回来": "claim\tzhuoshui\t2021-10-02\t\t\t", "明天濯水,后天回重庆": "claim\tzhuoshui\t2021-07-13\t\t\t",
		"上回买的核桃好,再来五斤,再来瓶蜂蜜": "buy\t\t\t\tfengmi:1:瓶 hetao:5:斤\t", "来两斤核桃,核桃不要了,来两斤木耳": "buy\t\t\t\tmuer:2:斤\t", "核桃或者木耳,随便哪样来一袋": "buy\t\t\t\t\t?",
		"不爱喝花茶,苦荞茶来两罐": "buy\t\t\t\tkuqiaocha:2:罐\t", "那贡米呢": "buy\t\t\t\tmala-mi:1:\t?", "明天给我送两箱李子": "buy\t\t\t\tcuihongli:2:箱\t",
		"wo yao liang xiang lizi": "buy\t\t\t\tcuihongli:2:箱\t", "houtianquzhuoshuisangeren": "claim\tzhuoshui\t2021-07-14\t3\t\t", "辣肉三快": "buy\t\t\t\tlarou:3:块\t",
		"把人数改成2": "claim\t\t\t2\t\t", "人数:3": "claim\t\t\t3\t\t",
		"给我同事领两张濯水的券": "claim\tzhuoshui\t\t2\t\t?", "帮我妈领一张": "claim\t\t\t\t\t?",
	} {
		if got := columns(r.Understand(text, townDay)); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}
