package bot

import "testing"

func TestCountOf(t *testing.T) {
	for text, want := range map[string]int{
		"3": 3, "三": 3, "3个人": 3, "三个": 3, "就两个": 2, "十二位": 12, "我们一共5人": 5, "二十": 20, "二十三个人": 23, "５": 5, "３人": 3, "要两箱": 2, "改成三个人": 3,
		"一": 1, "一个": 1, "99": 99, "0": 0, "俩": 2, "三吧": 3, "3。": 3, "100箱": 100,
	} {
		if got, ok := countOf(text); !ok || got != want {
			t.Errorf("countOf(%q) = %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "好", "7月17号", "三五个", "濯水", "2021-07-17", "12345", "很多人", "几个", "一点也不", "十里八乡"} {
		if got, ok := countOf(text); ok {
			t.Errorf("countOf(%q) = %d, want none", text, got)
		}
	}
}

func TestBareDropsWhatMeansNothing(t *testing.T) {
	for text, want := range map[string]string{
		"好的。": "好的", "“同意”": "同意", "算了吧！": "算了", "？": "", "　返回　": "返回", "了": "了", "我的券呢": "我的券", "ＯＫ": "OK",
	} {
		if got := bare(text); got != want {
			t.Errorf("bare(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestOrdinalPointsAtAList(t *testing.T) {
	for text, want := range map[string]int{"1": 1, "９": 9, "0": 0, "③": 3, "第二个": 2, "第九": 9, "3.": 3, "4、": 4, "1。": 1} {
		if got, ok := ordinal(text); !ok || got != want {
			t.Errorf("ordinal(%q) = %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "12", "一", "第十个", "a", "第", "1个", "两"} {
		if got, ok := ordinal(text); ok {
			t.Errorf("ordinal(%q) = %d, want none", text, got)
		}
	}
}
