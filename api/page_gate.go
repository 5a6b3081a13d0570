package api

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

// gateBody is what gate.html shows.
type gateBody struct {
	Spots  []models.Spot // where this account may scan
	Spot   models.Spot   // where it scans now
	Gate   string        // the lane's name, as typed on this phone
	ScanID string        // of the form that works without a script
	Code   string        // what was typed, after a refusal of the form itself
	Today  todayBody
	Told   *verdictBody // the answer to the form
	Clock  int64        // business time, in ms since 1970
}

// todayBody is the day's counts and its last scans; gate.js fetches it alone.
type todayBody struct {
	Claimed, Admitted, Refused int
	Scans                      []scanRow
	Clock                      int64
}

// scanRow is one of the last scans.
type scanRow struct {
	ScanID, What, Why, Tone string
	At                      time.Time
	Undo                    bool // may be taken back by who looks at it
	Annulled                bool
}

// verdictBody is an answer in the large words of a gate's screen. gate.js says the same from the API's answer.
type verdictBody struct {
	Class, Word, Sum, Why string
	Long                  bool
	Answer                models.Answer
}

// gatePage is the scanning page of gate staff.
func (a *App) gatePage(c *fiber.Ctx) error {
	body, err := a.gateBody(c, c.Query("spot"), c.Query("gate"))
	if err != nil {
		return err
	}
	return a.showGate(c, body)
}

func (a *App) showGate(c *fiber.Ctx, body gateBody) error {
	return a.render(c, "gate.html", View{Title: "验票", Nav: gateNav("/gate"), Body: body})
}

func gateNav(current string) []NavItem {
	return nav(current, NavItem{Label: "验票", Href: "/gate"}, NavItem{Label: "聊天", Href: staffChats})
}

// gateBody gathers the page for a spot; an account with a spot of its own scans nowhere else.
func (a *App) gateBody(c *fiber.Ctx, spot, lane string) (b gateBody, err error) {
	if b.Spots, err = a.gateSpots(c); err != nil {
		return b, err
	}
	b.Spot, b.Gate, b.ScanID, b.Clock = b.Spots[0], cutLane(lane), rand.Text(), a.DB.Now().UnixMilli()
	for _, s := range b.Spots {
		if s.ID == spot {
			b.Spot = s
		}
	}
	b.Today, err = a.today(c, b.Spot.ID)
	return b, err
}

// gateSpots are the spots where the caller may scan; never none.
func (a *App) gateSpots(c *fiber.Ctx) ([]models.Spot, error) {
	if own := a.caller(c).Account.SpotID; own != "" {
		s, err := a.DB.Spot(c.UserContext(), own)
		return []models.Spot{s}, err
	}
	spots, err := a.DB.Spots(c.UserContext())
	if err == nil && len(spots) == 0 {
		err = models.ErrNotFound.With("景区")
	}
	return spots, err
}

// laneLength bounds the name of a lane, in characters.
const laneLength = 20

func cutLane(s string) string {
	s = plainText(strings.TrimSpace(s))
	if r := []rune(s); len(r) > laneLength {
		s = string(r[:laneLength])
	}
	return s
}

// gateToday is the part of the page that changes with every scan.
func (a *App) gateToday(c *fiber.Ctx) error {
	b, err := a.gateBody(c, c.Query("spot"), "")
	if err != nil {
		return err
	}
	return a.renderPart(c, "gate.html", "today", View{Body: b.Today})
}

func (a *App) today(c *fiber.Ctx, spot string) (b todayBody, err error) {
	counts, err := a.DB.GateToday(c.UserContext(), spot)
	if err != nil {
		return b, err
	}
	now, me := a.DB.Now(), a.caller(c).Account
	b = todayBody{Claimed: counts.Claimed, Admitted: counts.Admitted, Refused: counts.Refused, Clock: now.UnixMilli()}
	for _, r := range counts.Last {
		row := rowOf(r)
		row.Undo = r.Admitted > 0 && r.AnnulledAt == nil && r.StaffID == me.ID && now.Sub(r.ArrivedAt) <= models.UndoWindow
		b.Scans = append(b.Scans, row)
	}
	return b, nil
}

// rowOf says one scan in a line.
func rowOf(r models.Redemption) scanRow {
	row := scanRow{ScanID: r.ScanID, At: r.ScannedAt, Annulled: r.AnnulledAt != nil, Tone: "bad", What: cmp.Or(reasonsZH[r.Reason], "不能放行")}
	switch r.Verdict {
	case models.VerdictOK, models.VerdictPartial:
		row.Tone, row.What = "ok", "放行 "+peopleZH(r.Admitted)
		if r.CollectFen > 0 {
			row.Why = "收 " + r.CollectFen.String()
		}
	case models.VerdictCheck:
		row.Tone, row.What = "warn", "核对证件"
	}
	if r.Gate != "" {
		row.Why = strings.Trim(row.Why+" · "+r.Gate, " ·")
	}
	if row.Annulled {
		row.Tone, row.What = "", row.What+"，已撤销"
	}
	return row
}

// reasonsZH is why a scan was not let in, in a word or two for a list; the whole sentence stood on the screen.
var reasonsZH = map[string]string{
	"invalid": "不是我们的券", "bad_signature": "券码被改过", "revoked": "已作废", "cancelled": "已取消", "not_yet": "没到日期",
	"expired": "已过期", "wrong_spot": "别的景区的券", "already_used": "已用过", "too_many_people": "人数不够", "clock_suspect": "手机时间不对",
}

// gateScan judges a scan by the form: for a phone whose script does not run. The form's own id makes sending it again harmless.
func (a *App) gateScan(c *fiber.Ctx) error {
	b, err := a.gateBody(c, c.FormValue("spot"), c.FormValue("gate"))
	if err != nil {
		return err
	}
	told, err := a.scanForm(c, b.Spot.ID, c.FormValue("code"))
	if err != nil {
		return err
	}
	b.Told = &told
	if b.Today, err = a.today(c, b.Spot.ID); err != nil {
		return err
	}
	return a.showGate(c, b)
}

// scanForm reads a form's scan and asks the verb. What is short is a document's number, what is long a code.
func (a *App) scanForm(c *fiber.Ctx, spot, code string) (verdictBody, error) {
	code = strings.TrimSpace(code)
	if code == "" {
		return verdictBody{}, models.ErrInvalid.With("没有券码")
	}
	s := models.Scan{
		ID: c.FormValue("id"), SpotID: spot, Gate: cutLane(c.FormValue("gate")), Device: "form", At: a.DB.Now(), StaffID: a.caller(c).Account.ID,
	}
	judge := a.DB.Redeem
	if looksLikeDocument(code) {
		judge = a.DB.RedeemByNumber
	}
	answer, _, err := judge(c.UserContext(), code, s)
	return sayVerdict(answer), err
}

// looksLikeDocument tells a document's number, at most 20 letters and digits, from a code, which has 138.
func looksLikeDocument(s string) bool {
	return len(s) <= 30 && !strings.ContainsAny(s, "/:")
}

// gateUndo takes an admission back by the form.
func (a *App) gateUndo(c *fiber.Ctx) error {
	if err := a.DB.UndoScan(c.UserContext(), *a.caller(c).Account, c.FormValue("scan")); err != nil {
		return err
	}
	return a.back(c, "/gate", "已撤销这次放行，券又可以用了。")
}

// sayVerdict puts an answer into the words of the screen.
func sayVerdict(a models.Answer) verdictBody {
	v := verdictBody{Class: string(a.Verdict), Answer: a}
	switch a.Verdict {
	case models.VerdictOK, models.VerdictPartial:
		v.Word, v.Sum = "放行", a.Offer+" · "+peopleZH(a.Admitted)
		switch {
		case a.CollectFen > 0:
			v.Sum = a.Offer + " 收 " + a.CollectFen.String()
			v.Why = "放行 " + peopleZH(a.Admitted)
		case a.Offer != "免费":
			v.Why = a.Message
		}
		if a.Left > 0 {
			v.Why = strings.Trim(v.Why+"，还有"+peopleZH(a.Left)+"没进", "，")
		}
	case models.VerdictCheck:
		v.Word, v.Long, v.Why = "请核对证件", true, a.Message
	default:
		v.Word, v.Why = "拒绝", a.Message
	}
	return v
}

// renderPart shows one named piece of a page, for a script that puts it in place of the old one.
func (a *App) renderPart(c *fiber.Ctx, name, part string, v View) error {
	a.fill(c, &v)
	var b bytes.Buffer
	if err := a.pages[name].ExecuteTemplate(&b, part, v); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(b.Bytes())
}
