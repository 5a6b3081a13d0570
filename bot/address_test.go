package bot

import (
	"errors"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
)

func TestParseAddress(t *testing.T) {
	zhang := models.Address{Name: "张三", Phone: "19900000001", Province: "重庆市", City: "市辖区", District: "九龙坡区", Detail: "白市驿镇白市驿正街1号"}
	for _, text := range []string{
		"张三 19900000001 重庆市九龙坡区白市驿镇白市驿正街1号",
		"张三，199-0000-0001，重庆九龙坡区白市驿镇白市驿正街1号",
		"张三19900000001重庆市九龙坡区白市驿镇白市驿正街1号",
		"收货人：张三 电话：+86 199 0000 0001 地址：重庆市 九龙坡区 白市驿镇白市驿正街1号",
		"重庆市市辖区九龙坡区白市驿镇白市驿正街1号 张三 １９９００００００００１",
		"19900000001 九龙坡区白市驿镇白市驿正街1号 张三",
	} {
		got, err := parseAddress(text)
		if strings.Contains(text, "１９９０") { // a digit too many
			if err == nil {
				t.Errorf("%s: a phone of 12 digits was taken", text)
			}
			continue
		}
		if err != nil || got != zhang {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "张三", "张三 19900000001", "张三 重庆市九龙坡区某某街1号", "张三 1990000000 重庆市九龙坡区某某街1号", "张三 19900000001 鼓楼区某某街1号",
		"19900000001 重庆市九龙坡区某某街1号", "张三 19900000001 重庆市九龙坡区", "张三 19900000001 某某街1号",
	} {
		if got, err := parseAddress(text); !errors.Is(err, models.ErrAddress) {
			t.Errorf("%q: %+v, %v; want ErrAddress", text, got, err)
		}
	}
}

// A district's name that several cities have needs its city or province.
func TestParseAddressTellsDistrictsApart(t *testing.T) {
	for text, city := range map[string]string{
		"李四 19900000002 南京市鼓楼区某某路2号":    "南京市",
		"李四 19900000002 福建省福州市鼓楼区某某路2号": "福州市",
		"李四 19900000002 徐州鼓楼区某某路2号":     "徐州市",
	} {
		if a, err := parseAddress(text); err != nil || a.City != city || a.District != "鼓楼区" || a.Detail != "某某路2号" {
			t.Errorf("%s: %+v, %v", text, a, err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	f.Add("张三 19900000001 重庆市九龙坡区白市驿镇1号")
	f.Add("13800000000\xff九龙坡区")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAddress(text)
		if err != nil {
			return
		}
		if checked, err := a.Check(); err != nil || checked != a {
			t.Errorf("%q gives %+v, which does not stand: %v", text, a, err)
		}
	})
}
