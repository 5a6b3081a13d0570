package words

import (
	"fmt"
	"strings"
	"testing"
)

// Every name with every unit in every place: what a product and its quantity may look like, not a list of sentences.
func TestEveryProductWithEveryUnit(t *testing.T) {
	v := seedWords(t)
	r := NewReader(v)
	units := strings.Fields("公斤 千克 kg 斤 两 克 g 吨 毫升 ml 升 l 箱 盒 袋 包 瓶 罐 件 条 床 提 只 个 份 对 双 幅 副 把 桶 块 枚 篮 筐 打 壶 坛 扎 麻袋 株 朵 串 根 颗 粒 匹 套 组 尾 头 刀 卷 支 盆 碗 缸 听 棵 捆 篓 坨 板")
	frames := []string{"要两%s%s|2", "%[2]s来3%[1]s|3", "给我买半%s%s|0.5", "%[2]s要十二%[1]s|12", "来%s%s|1", "我想买五%s%s,谢谢|5", "%[2]s,两%[1]s|2", "%[2]s两%[1]s半|2.5"}
	for _, p := range v.Products {
		for _, name := range append([]string{p.Name}, p.Aliases[:2]...) {
			name = r.script.normal(name)
			for i, unit := range units {
				frame, quantity, _ := strings.Cut(frames[i%len(frames)], "|")
				text := fmt.Sprintf(frame, unit, name)
				u := r.Understand(text, townDay)
				if name == "羊肚菌" {
					if u.Ask == "" || len(u.Products) > 0 {
						t.Errorf("«%s»: %+v", text, u)
					}
					continue
				}
				if want := "buy\t\t\t\t" + p.ID + ":" + quantity + ":" + unit + "\t"; columns(u) != want {
					t.Errorf("«%s»\n got %s\nwant %s", text, columns(u), want)
				}
			}
		}
	}
}

// Every way to say where, when and who, in every order.
func TestEveryDayWithEveryCompany(t *testing.T) {
	r := NewReader(seedWords(t))
	spots := strings.Fields("濯水|zhuoshui 神龟峡|shenguixia 十三寨|shisanzhai 芭拉胡|chengshi-daxiagu 爱莉丝庄园|ailisi")
	days := strings.Fields(`明天|2021-07-13 后天|2021-07-14 大后天|2021-07-15 今天|2021-07-12 这周六|2021-07-17 周日|2021-07-18 下周六|2021-07-24 下星期天|2021-07-25
		礼拜五|2021-07-16 7月20号|2021-07-20 七月二十号|2021-07-20 7.20|2021-07-20 7/20|2021-07-20 2021-07-20|2021-07-20 20210720|2021-07-20 15号|2021-07-15
		十五号|2021-07-15 国庆|2021-10-01 国庆第二天|2021-10-02 国庆节3号|2021-10-03 中秋|2021-09-21 元旦|2022-01-01 下个月3号|2021-08-03 三天后|2021-07-15
		八月八号|2021-08-08 周末|? 月底|? 昨天|? 过几天|? |`)
	companies := strings.Fields(`三个人|3 3人|3 我们仨|3 带俩娃|3 一家五口|5 就我一个|1 我和老伴|2 我跟我老婆带着两个孩子|4 爸妈和我|3 我们五个|5 四个大人两个小孩|6
		两大一小|3 我自己|1 五位|5 两口子|2 母女俩|2 一家五口,老大不去|4 我们四个,我妈不去|3 十来个人|? 四五个人|? 几个人|? 我带爸妈|3 我和三个朋友|4 |`)
	frames := []string{
		"S,D,P", "D去S,P", "PD去S", "我想D去S,P", "S D P", "P,D,S", "想领S的票,D,P", "预约DSP", "D P S", "我要D去S玩,P,谢谢", "去S,P,D", "D,P,想去S",
	}
	n := 0
	for _, spot := range spots {
		for _, day := range days {
			for _, company := range companies {
				s, id, _ := strings.Cut(spot, "|")
				d, date, _ := strings.Cut(day, "|")
				p, people, _ := strings.Cut(company, "|")
				text := strings.NewReplacer("S", s, "D", d, "P", p).Replace(frames[n%len(frames)])
				n++
				asks := ""
				if date == "?" || people == "?" {
					asks = "?"
				}
				want := strings.Join([]string{"claim", id, strings.Trim(date, "?"), strings.Trim(people, "?"), "", asks}, "\t")
				if got := columns(r.Understand(text, townDay)); got != want {
					t.Errorf("«%s»\n got %s\nwant %s", text, got, want)
				}
			}
		}
	}
}
