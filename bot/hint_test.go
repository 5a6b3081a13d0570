package bot

import (
	"testing"

	"github.com/jieban/jieban/models"
)

func TestCollectTakesAddressesInPieces(t *testing.T) {
	whole := models.Address{Name: "方玉兰", Phone: "19900000999", Province: "重庆市", City: "市辖区", District: "九龙坡区", Detail: "石板镇某某街12号"}
	for name, pieces := range map[string][]string{
		"name first":     {"方玉兰", "19900000999", "重庆市九龙坡区石板镇", "某某街12号"},
		"name last":      {"重庆市九龙坡区石板镇某某街12号", "199 0000 0999", "方玉兰"},
		"said again":     {"方玉兰 重庆市九龙坡区石板镇某某街9号", "19900000999 石板镇某某街12号"},
		"in a sentence":  {"收货人叫方玉兰，电话19900000999", "她住在重庆市九龙坡区石板镇某某街12号"},
		"a wrong number": {"方玉兰 1990000099", "重庆市九龙坡区石板镇某某街12号 19900000999"},
	} {
		var a models.Address
		for _, p := range pieces {
			a, _ = collect(a, p)
		}
		checked, err := a.Check()
		if err != nil || checked != whole {
			t.Errorf("%s: %+v (%v), still missing %v", name, a, err, missing(a))
		}
	}
	if a, found := collect(models.Address{}, "贵得很"); found && a.Phone+a.Detail != "" {
		t.Errorf("%+v", a)
	}
}

func TestSaysSize(t *testing.T) {
	for _, c := range []struct {
		text, pack string
		want       bool
	}{
		{"一袋10斤的", "10斤装/袋", true},
		{"十斤装来一袋", "10斤装/袋", true},
		{"110斤", "10斤装/袋", false},
		{"30个的", "30枚/箱", true},
		{"两箱", "5斤装/箱", false},
		{"250克礼盒", "250克礼盒", true},
		{"", "10斤装/袋", false},
	} {
		if got := saysSize(c.text, c.pack); got != c.want {
			t.Errorf("saysSize(%q, %q) = %v", c.text, c.pack, got)
		}
	}
}

func TestYes(t *testing.T) {
	for text, want := range map[string]bool{
		"对": true, "对的对的没得错": true, "好的，可以": true, "要得要得": true, "嗯嗯，是的": true, "不对": false, "好贵": false, "是不是": false, "好多钱": false,
	} {
		if got := (&turn{text: text}).yes(); got != want {
			t.Errorf("yes(%q) = %v", text, got)
		}
	}
}
