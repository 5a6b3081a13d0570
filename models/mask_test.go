package models_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jieban/jieban/models"
)

func TestMasks(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{models.MaskDocument("50010719920305990X"), "5001************0X"},
		{models.MaskDocument("USA110080010101"), "USA1*********01"},
		{models.MaskDocument("E12345678"), "E1*****78"},
		{models.MaskDocument("123456"), "1****6"},
		{models.MaskDocument("12345"), "*****"},
		{models.MaskDocument(""), ""},
		{models.MaskPhone("19900000012"), "199****0012"},
		{models.MaskPhone("023-79468666"), "02********66"},
		{models.MaskPhone(""), ""},
		{models.MaskName("张三"), "张*"},
		{models.MaskName("张三丰"), "张**"},
		{models.MaskName("欧阳娜娜"), "欧阳**"},
		{models.MaskName("欧阳修"), "欧阳*"},
		{models.MaskName("欧阳"), "欧*"},
		{models.MaskName("张"), "*"},
		{models.MaskName(""), ""},
		{models.MaskName("阿卜杜·热合曼"), "阿******"},
		{models.MaskName("Ann Lee"), "A******"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestMaskText(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"我想下周六去濯水,三个人", ""},
		{"张三 50010719920305990X", "张三 5001************0X"},
		{"身份证500107 19920305 990x手机138 0000 0000。", "身份证5001************0X手机138****0000。"},
		{"５００１０７１９９２０３０５９９０Ｘ", "5001************0X"},
		{"50010719920305990Ⅹ,", "5001************0X,"},
		{"电话+86 138-0000-0000", "电话+138****0000"},
		{"0086-13800000000", "138****0000"},
		{"tel13800000000ok", "tel138****0000ok"},
		{"1 3 8 0 0 0 0 0 0 0 0", "138****0000"},
		{"138.0000.0000", "138****0000"},
		{"13800 50010719920305990X", "13800 5001************0X"},
		{"13800 500107 19920305 990X", "13800 5001************0X"},
		{"13800000000 50010719920305990X", "138****0000 5001************0X"},
		{"卡号6222020200112233445", "卡号6222*************45"},
		{"少一位5001071992030599X", "少一位5001***********9X"},
		{"旧证 500107 920305 990", "旧证 5001*********90"},
		{"护照E12345678", "护照E1*****78"},
		{"通行证H1234567890", "通行证H1*******90"},
		{"永居 USA 110080010101", "永居 USA1*********01"},
		{"2021-07-12 2021-07-15 两天", ""},
		{"2021-07-12 09:00 到 2021-07-15 18:00", ""},
		{"订单 D20210712-0001,合计168.00元", ""},
		{"区划500114112000,许可SC11464010500015", ""},
		{"时间20210712090000", ""},
		{"已登记 5001************0X,138****0000", ""},
		{"138****0000 0001", ""},
		{"1390000 5001************0X", ""},
		{"*13800000000*", "*138****0000*"},
		{"①13800000000②13900000000", "①138****0000②139****0000"},
		{"㎡13800000000", "㎡138****0000"},
		{"", ""},
	} {
		want := c.want
		if want == "" {
			want = c.text
		}
		if got := models.MaskText(c.text); got != want {
			t.Errorf("%q\n got %q\nwant %q", c.text, got, want)
		}
	}
}

func TestFindDocuments(t *testing.T) {
	got := models.FindDocuments("138 0000 0000,张三 500107-19920305-990ⅹ")
	if want := []string{"13800000000", "50010719920305990X"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := models.FindDocuments("没有号码"); got != nil {
		t.Errorf("%q", got)
	}
}

func FuzzMaskText(f *testing.F) {
	for _, s := range []string{"身份证500107 19920305 990x手机138 0000 0000。", "ABM2㎡13800000000", "㏂1380000⑩000", "*1*380000\xff0000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		masked := models.MaskText(text)
		if utf8.ValidString(text) && !utf8.ValidString(masked) {
			t.Fatalf("%q becomes %q", text, masked)
		}
		if len(models.FindDocuments(text)) == 0 && masked != text {
			t.Fatalf("%q becomes %q though it holds no number", text, masked)
		}
		for _, n := range models.FindDocuments(text) {
			if strings.Contains(masked, n) && !strings.Contains(n, "*") {
				t.Fatalf("%q stays in %q", n, masked)
			}
		}
	})
}

func BenchmarkMaskText(b *testing.B) {
	for b.Loop() {
		models.MaskText("我想下周六去濯水,三个人,身份证500107 19920305 990X,电话13800000000")
	}
}
