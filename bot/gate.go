package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	"github.com/jieban/jieban/models"
)

// pastedCode is a voucher's code as text: the address behind it, or the code alone.
var pastedCode = regexp.MustCompile(`(?i)^(?:https?://[^/\s]+/v/)?([a-z2-7]{100,400})(?:\.png)?$`)

// voucherCode gives the code that a text is; "" for every other text.
func voucherCode(text string) string {
	if m := pastedCode.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		return m[1]
	}
	return ""
}

// takeScan answers a code that was scanned from inside the chat.
func (t *turn) takeScan() error {
	t.shown = "[扫码]"
	return t.scanned(t.scan)
}

// scanned judges a voucher for who works at a gate, as the gate's page does. Nobody else lets anybody in with one.
func (t *turn) scanned(code string) error {
	s, err := t.e.d.Standing(t.ctx, t.link)
	if err != nil {
		return err
	}
	if s.Account == nil || s.Account.Role != models.RoleGate {
		return t.again("入园二维码由景区门口的工作人员来扫，您自己不用扫。到了景区，把二维码给工作人员看就行。")
	}
	spot := t.gateSpot(*s.Account)
	if spot == "" {
		t.k.Staff.Code = code
		return t.askGate()
	}
	return t.judge(*s.Account, spot, code)
}

// gateSpot is where an account scans: its own spot, or the one chosen in this chat.
func (t *turn) gateSpot(a models.Account) string {
	if a.SpotID != "" {
		return a.SpotID
	}
	return t.k.Staff.Spot
}

// judge scans, and says the verdict first. The message's key is the scan's id: the same message again admits nobody again.
func (t *turn) judge(a models.Account, spot, code string) error {
	id := t.key
	if len(id) > 64 {
		sum := sha256.Sum256([]byte(id))
		id = "chat:" + hex.EncodeToString(sum[:16])
	}
	answer, _, err := t.e.d.Redeem(t.ctx, code, models.Scan{ID: id, SpotID: spot, Device: "chat", At: t.e.d.Now(), StaffID: a.ID})
	t.k.rest()
	if err != nil {
		return t.refuse(err, one("检票"))
	}
	t.say(verdict(answer))
	choices := list("检票")
	if answer.Admitted > 0 {
		t.k.Staff.Scan = id
		choices = []Choice{{"按错了，撤销这次放行", "撤销放行"}, one("检票")}
	}
	t.choose("扫下一位，或：", append(choices, home)...)
	return nil
}

// verdict is an answer in words, with what the gate's page shows and no more.
func verdict(a models.Answer) string {
	word := "【拒绝】"
	switch a.Verdict {
	case models.VerdictOK, models.VerdictPartial:
		word = "【放行】"
	case models.VerdictCheck:
		word = "【请核对证件】"
	}
	lines := []string{word + a.Message}
	if a.Admitted > 0 && a.Left > 0 {
		lines = append(lines, "还有"+strconv.Itoa(a.Left)+"人没进。")
	}
	if a.Holder != "" {
		lines = append(lines, "持券人："+a.Holder)
	}
	if a.VisitDay != "" {
		lines = append(lines, "日期："+a.VisitDay.ZH()+"，全券"+strconv.Itoa(a.Party)+"人")
	}
	return strings.Join(lines, "\n")
}

// gate is 检票: where one scans, and how the day goes there.
func (t *turn) gate(a models.Account) error {
	spot := t.gateSpot(a)
	t.k.rest()
	if spot == "" {
		return t.askGate()
	}
	s, err := t.e.d.Spot(t.ctx, spot)
	if err != nil {
		return t.refuse(err)
	}
	c, err := t.e.d.GateToday(t.ctx, spot)
	if err != nil {
		return err
	}
	t.say(s.Name + "今天：领了券的" + strconv.Itoa(c.Claimed) + "人，已放行" + strconv.Itoa(c.Admitted) + "人，拒绝" + strconv.Itoa(c.Refused) + "次。")
	t.lead("打开验票页面", "/gate")
	choices := list("检票", "解绑")
	if a.SpotID == "" {
		choices = list("检票", "换检票景区", "解绑")
	}
	t.choose("扫游客的二维码，或把券码贴在这里。", append(choices, home)...)
	return nil
}

// moveGate lets an account of no spot choose another one.
func (t *turn) moveGate(a models.Account) error {
	if a.SpotID == "" {
		t.k.Staff.Spot = ""
	}
	return t.gate(a)
}

// askGate asks an account that may scan anywhere where it is.
func (t *turn) askGate() error {
	spots, err := t.e.d.Spots(t.ctx)
	if err != nil {
		return err
	}
	var choices []Choice
	for _, s := range spots {
		choices = append(choices, one(s.Name))
	}
	return t.ask(stepGate, "您在哪个景区检票？", choices...)
}

// takeGate takes the spot, and judges the code that was scanned before.
func (t *turn) takeGate() (bool, error) {
	a, ok, err := t.account(models.RoleGate)
	if err != nil || !ok {
		return false, err
	}
	spots, err := t.e.d.Spots(t.ctx)
	if err != nil {
		return true, err
	}
	for _, s := range spots {
		if t.text != s.Name && t.text != s.ID {
			continue
		}
		code := t.k.Staff.Code
		t.k.Staff.Spot, t.k.Staff.Code = s.ID, ""
		if code != "" {
			return true, t.judge(a, s.ID, code)
		}
		return true, t.gate(a)
	}
	return false, nil
}

// undo takes the last admission of this chat back.
func (t *turn) undo(a models.Account) error {
	id := t.k.Staff.Scan
	t.k.rest()
	if id == "" {
		t.choose("刚才没有放行的，不用撤销。", append(list("检票"), home)...)
		return nil
	}
	if err := t.e.d.UndoScan(t.ctx, a, id); err != nil {
		return t.refuse(err, one("检票"))
	}
	t.k.Staff.Scan = ""
	return t.rest("已撤销这次放行，券又可以用了。", one("检票"))
}
