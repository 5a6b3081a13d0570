package words

import (
	"strings"
	"testing"
)

// spotErrands are what people want of a spot S, and the intent; none of it needs a question.
const spotErrands = `S几点开门|spots S门票多少钱|spots S怎么去|spots S好不好耍|spots S有什么好玩的|spots S远不远|spots S免费吗|spots 介绍一下S|spots S现在开放吗|spots 去S坐什么车|spots
	S怎么走|spots S在哪里|spots S好玩吗|spots S停车方便吗|spots S要玩多久|spots 取消S的预约|voucher_cancel 把S的券取消|voucher_cancel S不去了|voucher_cancel S的票退了|voucher_cancel
	我的S的票呢|vouchers S的二维码发我|vouchers 看看我领的S的券|vouchers 我能领S的票吗|eligibility 能不能领S|eligibility 我想去S|claim 领S|claim 给我领一张S的票|claim S|claim
	换成S|claim 不对,是S|claim S有票吗|claim 怎么领S的券|claim 去S玩|claim 预约S|claim 我要投诉S|human`

// productErrands are what people want of a product P; ? where a question is put back, with the unit that was said.
const productErrands = `P多少钱|buy? P怎么卖|buy? P好多钱一斤|buy?斤 有没有P|buy? P还有吗|buy? P有货没|buy? 有P卖吗|buy? P卖完了没|buy? P贵不贵|buy? 要P|buy 想买P|buy P放购物车|buy 加点P|buy 来点P|buy
	P坏了|refund P烂了要退钱|refund 收到的P是坏的|refund P少发了|refund 我要退P|refund P漏了|refund P发错了|refund 我的P到哪了|track P发货没有|track P怎么还没到|track 买的P什么时候到|track
	把P去掉|basket 不要P了|basket 从购物车删掉P|basket 把P从购物车拿掉|basket P订单取消|order_cancel 取消P的订单|order_cancel 我要投诉P|human 我买过P|orders`

// pairs are two products A and B in one sentence, and what is wanted of each.
const pairs = `要两箱A和三袋B|A:2:箱 B:3:袋;A两箱,B三袋|A:2:箱 B:3:袋;A两箱B三袋|A:2:箱 B:3:袋;两箱A三袋B|A:2:箱 B:3:袋;A和B各两箱|A:2:箱 B:2:箱;A、B都要一份|A:1:份 B:1:份;A和B|A:1: B:1:;
来一箱A,再来半斤B|A:1:箱 B:0.5:斤;要A,还要两袋B|A:1: B:2:袋;不要A,要B|B:1:;把A换成B|B:1:;A换成两箱B|B:2:箱;不是A,是B|B:1:;A不要了,换成B三袋|B:3:袋;A两箱,不对,三箱|A:3:箱;
A改成五袋|A:5:袋;要两斤A,一斤半B|A:2:斤 B:1.5:斤;各来两瓶A和B|A:2:瓶 B:2:瓶;A+B各1件|A:1:件 B:1:件;A*2箱+B*3袋|A:2:箱 B:3:袋;我要A两箱 B三袋 谢谢|A:2:箱 B:3:袋;
给我A一箱,另外B两盒|A:1:箱 B:2:盒;先要A两袋,B也要两袋|A:2:袋 B:2:袋;A每样两盒B|A:2:盒 B:2:盒;买A不买B|A:1:;要B不要A|B:1:;A两箱改成三箱|A:3:箱;不是两箱A,是三箱|A:3:箱`

func TestEveryErrandWithEveryName(t *testing.T) {
	v := seedWords(t)
	r := NewReader(v)
	for _, s := range v.Spots {
		for errand := range strings.FieldsSeq(spotErrands) {
			text, intent, _ := strings.Cut(errand, "|")
			text = strings.ReplaceAll(text, "S", s.Aliases[0])
			if got, want := columns(r.Understand(text, townDay)), intent+"\t"+s.ID+"\t\t\t\t"; got != want {
				t.Errorf("«%s»\n got %s\nwant %s", text, got, want)
			}
		}
	}
	for _, p := range v.Products {
		for errand := range strings.FieldsSeq(productErrands) {
			text, want, _ := strings.Cut(errand, "|")
			intent, unit, asked := strings.Cut(want, "?")
			name := p.Aliases[0]
			text = strings.ReplaceAll(text, "P", name)
			want = intent + "\t\t\t\t" + p.ID + ":1:" + unit + "\t"
			if asked {
				want += "?"
			}
			if got := columns(r.Understand(text, townDay)); got != want {
				t.Errorf("«%s»\n got %s\nwant %s", text, got, want)
			}
		}
	}
}

func TestEveryPairOfProducts(t *testing.T) {
	v := seedWords(t)
	r := NewReader(v)
	for i, a := range v.Products {
		b := v.Products[(i*7+11)%len(v.Products)]
		for pair := range strings.SplitSeq(strings.ReplaceAll(pairs, "\n", ""), ";") {
			text, want, _ := strings.Cut(pair, "|")
			text = strings.NewReplacer("A", a.Aliases[0], "B", b.Aliases[0]).Replace(text)
			goods := strings.Fields(strings.NewReplacer("A", a.ID, "B", b.ID).Replace(want))
			if len(goods) == 2 && goods[0] > goods[1] {
				goods[0], goods[1] = goods[1], goods[0]
			}
			if got, want := columns(r.Understand(text, townDay)), "buy\t\t\t\t"+strings.Join(goods, " ")+"\t"; got != want {
				t.Errorf("«%s»\n got %s\nwant %s", text, got, want)
			}
		}
	}
}
