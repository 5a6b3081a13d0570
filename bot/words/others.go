package words

import "strings"

// settleOthers notes that somebody else's voucher is asked for: 帮邻居领一张, 把我妈的二维码给我. Vouchers are claimed and
// shown by the person themselves, so it is a claim with a question; how many go is then in doubt, unless they said
// that they stay away themselves (给我爸妈领,我不去).
func (s *sentence) settleOthers(intent *string, h *Heard) {
	if !(*intent == IntentVoucherCancel && s.claimsForOthers() && s.stay && !containsAny(s.text, []string{"退", "取消"})) && !is(*intent, IntentClaim, IntentVouchers, IntentEligibility, IntentOther, IntentHelp, IntentSpots, IntentYes) || s.has(false) {
		return
	}
	if !s.claimsForOthers() && !s.wantsOthersVoucher() {
		return
	}
	*intent = IntentClaim
	h.ask(AskOthers)
	if !h.headed && !containsAny(string(s.typed), []string{"我不去", "我自己不去", "我本人不去", "我自己就不去", "我就不去", "我也不去"}) {
		h.People = 0
	}
}

// someoneElse reads words for another person at place i: 我妈, 隔壁王婆婆, 别人, 他.
func (s *sentence) someoneElse(i int) int {
	r, v := s.typed, vocab()
	for skip := 0; skip <= 6 && i+skip < len(r); skip++ {
		if n := max(v.kin.at(r, i+skip), v.noun.at(r, i+skip)); n > 0 {
			return skip + n
		}
		if _, n := oneOf(r, i+skip, []string{"隔壁", "楼上", "楼下", "对门", "院子头", "别个", "别人", "他人", "人家", "他们", "她们", "他", "她", "朋友", "某人", "旁人", "对方"}); n > 0 {
			return skip + n
		}
		if !strings.ContainsRune("我们俺的家屋头隔壁楼上下那这个一位老小区院子对门村里王李张刘陈杨赵黄周吴胡何罗谢邓唐曾两几", r[i+skip]) {
			break
		}
	}
	return 0
}

// claimsForOthers: 帮, 替, 给, 代 somebody, and then a voucher.
func (s *sentence) claimsForOthers() bool {
	r := s.typed
	if strings.Contains(s.text, "代领") {
		return true
	}
	for i := range r {
		if !strings.ContainsRune("帮替给代为", r[i]) {
			continue
		}
		k := i + 1 + oneOfRunes(r, i+1, "到忙")
		n := s.someoneElse(k)
		if n == 0 || standsAt(r, k+n, "和我") || standsAt(r, k+n, "跟我") || strings.Contains(string(r[k:k+n]), "和我") || standsAt(r, k, "我和") || standsAt(r, k, "我们") && n == 2 {
			continue
		}
		end := k + n
		for end < len(r) && end < k+n+10 && r[end] != ',' {
			end++
		}
		rest := string(r[k+n : end])
		if containsAny(rest, []string{"领", "办", "拿", "弄", "约", "抢", "申请", "登记", "取", "订", "要一张", "要个", "搞", "整", "票", "券"}) && !containsAny(rest, []string{"买", "寄", "付", "退"}) {
			return true
		}
	}
	return false
}

// wantsOthersVoucher: somebody's voucher or code.
func (s *sentence) wantsOthersVoucher() bool {
	r, v := s.typed, vocab()
	for i := range r {
		if r[i] != '的' {
			continue
		}
		k := i + 1
		for k < len(r) && strings.ContainsRune("那这张个门优惠入园旅游", r[k]) {
			k++
		}
		_, thing := oneOf(r, k, []string{"二维码", "券", "票", "码", "票据"})
		if thing == 0 {
			continue
		}
		_, who := oneOf(r, i-2, []string{"别人", "他人", "人家", "朋友", "邻居", "隔壁", "别个", "别家", "同事", "同学", "亲戚", "老乡"})
		kin := v.kin.endsAt(r, i)
		if before := string(r[max(0, i-kin-3):i]); kin > 0 && (strings.Contains(before, "和") || strings.Contains(before, "跟")) { // 我和我妈的票
			continue
		}
		if who == 0 {
			who = vocab().titles.endsAt(r, i)
		}
		if who > 0 || kin > 0 || i > 0 && strings.ContainsRune("他她", r[i-1]) {
			return true
		}
	}
	return false
}
