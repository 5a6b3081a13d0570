package api

import (
	"fmt"
	"mime/multipart"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// Rows of one page.
const (
	rosterRows  = 50
	caseRows    = 20
	badRowsMost = 200 // bad rows of a file that are listed; the rest is counted
)

// rosterBody is what officer_roster.html shows.
type rosterBody struct {
	Problem string           // why a file was not taken
	File    string           // its name, as the officer knows it
	Report  *db.RosterReport // what an import did
	Hidden  int              // bad rows beyond those listed
	Entries []models.RosterEntry
	Pager   pagerBody
}

// officerRoster lists whom the home district has named, masked.
func (a *App) officerRoster(c *fiber.Ctx) error { return a.showRoster(c, rosterBody{}) }

func (a *App) showRoster(c *fiber.Ctx, body rosterBody) error {
	t := readTrail(c, "/officer/roster", nil)
	list, err := a.DB.Roster(c.UserContext(), t.at, rosterRows+1)
	if err != nil {
		return err
	}
	body.Entries, body.Pager = turned(t, list, rosterRows, func(e models.RosterEntry) int64 { return e.ID })
	return a.officerPage(c, "officer_roster.html", "居民名册", "/officer/roster", body)
}

// officerRosterUpload imports a file and tells what came of it, row by row. The same file again changes nothing, so a
// page that is loaded again does no harm.
func (a *App) officerRosterUpload(c *fiber.Ctx) error {
	body := rosterBody{}
	upload, err := c.FormFile("roster")
	if err != nil || upload.Size == 0 {
		c.Status(fiber.StatusBadRequest)
		body.Problem = "还没有选文件，或文件是空的。请先选一个 CSV 文件，再点“导入”。"
		return a.showRoster(c, body)
	}
	body.File = upload.Filename
	report, err := a.takeRoster(c, upload)
	if err != nil {
		if body.Problem, err = officerRefusal(c, err); err != nil {
			return err
		}
		return a.showRoster(c, body)
	}
	if n := len(report.Bad); n > badRowsMost {
		report.Bad, body.Hidden = report.Bad[:badRowsMost], n-badRowsMost
	}
	body.Report = &report
	return a.showRoster(c, body)
}

func (a *App) takeRoster(c *fiber.Ctx, upload *multipart.FileHeader) (db.RosterReport, error) {
	p, err := a.DB.Programme(c.UserContext())
	if err != nil {
		return db.RosterReport{}, err
	}
	f, err := upload.Open()
	if err != nil {
		return db.RosterReport{}, err
	}
	defer f.Close()
	return a.DB.ImportRoster(c.UserContext(), *a.caller(c).Account, p.ID, f)
}

// officerRosterTemplate is an empty roster to fill in. The mark at its head makes Excel read it as UTF-8.
func (a *App) officerRosterTemplate(c *fiber.Ctx) error {
	return sendCSV(c, "roster.csv", [][]string{{"姓名", "证件类型", "证件号码", "镇街", "村社"}})
}

// caseRow is one line of the queue.
type caseRow struct {
	db.Case
	Kind   string // of the document
	Inside bool   // the town that they name is in the zone
	Waits  string
}

// casesBody is what officer_cases.html shows.
type casesBody struct {
	Rows    []caseRow
	Pager   pagerBody
	Problem string // why nobody was found
}

// officerCases is the queue of those who wait for a decision, the longest waiting first.
func (a *App) officerCases(c *fiber.Ctx) error { return a.showCases(c, casesBody{}) }

func (a *App) showCases(c *fiber.Ctx, body casesBody) error {
	p, err := a.DB.Programme(c.UserContext())
	if err != nil {
		return err
	}
	t := readTrail(c, "/officer/cases", nil)
	list, err := a.DB.Cases(c.UserContext(), t.at, caseRows+1)
	if err != nil {
		return err
	}
	list, body.Pager = turned(t, list, caseRows, func(c db.Case) int64 { return c.Eligibility.ID })
	for _, one := range list {
		_, inside := p.InZone(one.Resident.Town)
		body.Rows = append(body.Rows, caseRow{one, one.Resident.DocumentKind.Label(), inside, waited(a.DB.Now().Sub(one.Eligibility.AskedAt))})
	}
	return a.officerPage(c, "officer_cases.html", "待核对的居民", "/officer/cases", body)
}

// waited says how long somebody has waited, in the largest unit that fits.
func waited(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "刚刚提交"
	case d < time.Hour:
		return fmt.Sprintf("等了%d分钟", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("等了%d小时", int(d.Hours()))
	}
	return fmt.Sprintf("等了%d天", int(d.Hours()/24))
}

// caseBody is what officer_case.html shows. A document's area and birth date are not shown whole: beside the masked
// number they would give all but a few of its digits away.
type caseBody struct {
	File     db.CaseFile
	Kind     string
	Age      string
	Area     string // a hint, nothing more
	Town     string // the town of the zone that their address names; "" = none
	Reasons  []string
	Problem  string
	Reason   string // what was chosen and typed, after a refusal
	Note     string
	Until    string
	Approve  bool // the form that was refused
	LastDay  models.Day
	StateZH  string
	Decided  bool
	HomeName string
}

// caseReasons are what officers mostly write; %s is the home district.
var caseReasons = []string{
	"照片看不清，请重新拍一张", "材料上没有现在的住址", "材料上的姓名和登记的不一致", "材料已经过期", "材料上的住址不在%s直管园的镇街里",
}

var eligibilityZH = map[models.EligibilityState]string{
	models.EligibilityAsked: "待核对", models.EligibilityApproved: "已通过", models.EligibilityRefused: "未通过", models.EligibilityLapsed: "已到期",
}

// officerCase opens one case with its evidence; the verb leaves an audit entry each time.
func (a *App) officerCase(c *fiber.Ctx) error { return a.showCase(c, caseBody{}) }

func (a *App) showCase(c *fiber.Ctx, body caseBody) error {
	id, err := pathID(c, "id", "这个申请")
	if err != nil {
		return err
	}
	p, err := a.DB.Programme(c.UserContext())
	if err != nil {
		return err
	}
	body.File, err = a.DB.ReadCase(c.UserContext(), *a.caller(c).Account, id)
	if err != nil {
		return err
	}
	r := body.File.Resident
	body.Kind, body.LastDay, body.HomeName = r.DocumentKind.Label(), p.ValidTo, p.Home
	body.StateZH = eligibilityZH[body.File.Eligibility.State]
	body.Decided = body.File.Eligibility.State != models.EligibilityAsked
	if age, known := r.AgeOn(a.DB.Today()); known {
		body.Age = string(r.Birth[:4]) + "年生，" + strconv.Itoa(age) + "岁"
	}
	if town, inside := p.InZone(r.Town); inside {
		body.Town = town.Name
	}
	if body.Area, err = areaHint(r.Area); err != nil {
		return err
	}
	for _, reason := range caseReasons {
		body.Reasons = append(body.Reasons, strings.ReplaceAll(reason, "%s", p.Home))
	}
	return a.officerPage(c, "officer_case.html", "核对资格", "/officer/cases", body)
}

// areaHint says where a number was first given out. It proves nothing about where its holder lives.
func areaHint(code string) (string, error) {
	if len(code) != 6 {
		return "", nil
	}
	list, err := regions()
	if err != nil {
		return "", err
	}
	hint := "不在现在的区划表里"
	for _, p := range list {
		if p.Code != code[:2] {
			continue
		}
		hint = p.Name + "（旧的区划代码，现在的区划表里没有）"
		for _, city := range p.Inside {
			for _, d := range city.Inside {
				if d.Code == code {
					hint = place{p.Name, city.Name, d.Name}.String()
				}
			}
		}
	}
	switch {
	case code[:2] == "51":
		hint += "；1997年以前重庆发的号码也是这样开头"
	case code[0] != '8' && !models.AreaKnown(code):
		hint += "；也不在国家历年代码表里，请对照证件再看一眼"
	}
	return hint, nil
}

// officerCasePhoto is one photo of an open case. Reading it leaves an audit entry like the page does.
func (a *App) officerCasePhoto(c *fiber.Ctx) error {
	id, err := pathID(c, "id", "这个申请")
	if err != nil {
		return err
	}
	piece, err := pathID(c, "photo", "这张照片")
	if err != nil {
		return err
	}
	file, err := a.DB.ReadCase(c.UserContext(), *a.caller(c).Account, id)
	if err != nil {
		return err
	}
	for _, e := range file.Pieces {
		if e.ID == piece && e.Photo != nil {
			c.Set(fiber.HeaderContentType, "image/jpeg")
			c.Set(fiber.HeaderContentDisposition, `inline; filename="evidence.jpg"`)
			c.Set(fiber.HeaderCacheControl, "no-store")
			return c.Send(e.Photo)
		}
	}
	return models.ErrNotFound.With("这张照片")
}

// officerDecide is the officer's word on a case.
func (a *App) officerDecide(c *fiber.Ctx) error {
	id, err := pathID(c, "id", "这个申请")
	if err != nil {
		return err
	}
	body := caseBody{
		Approve: c.FormValue("decision") == "approve", Reason: c.FormValue("reason"), Note: c.FormValue("note"), Until: c.FormValue("until"),
	}
	note := body.words()
	if err = a.DB.DecideCase(c.UserContext(), *a.caller(c).Account, id, body.Approve, models.Day(body.Until), note); err != nil {
		if body.Problem, err = officerRefusal(c, err); err != nil {
			return err
		}
		return a.showCase(c, body)
	}
	if body.Approve {
		return a.back(c, "/officer/cases", "已通过，并在聊天里告诉了本人。")
	}
	return a.back(c, "/officer/cases", "已写明原因，没有通过；本人可以补交材料再申请。")
}

// words are what the resident reads: the reason that was tapped, then what was typed. The notice itself ends the sentence.
func (b caseBody) words() string {
	if b.Approve {
		return ""
	}
	var parts []string
	for _, s := range []string{b.Reason, b.Note} {
		if s = strings.TrimRight(strings.TrimSpace(s), "。.；; "); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "；")
}

// officerReleasePage asks once more before a person is unbound from every session.
func (a *App) officerReleasePage(c *fiber.Ctx) error {
	body, err := a.releaseCase(c)
	if err != nil {
		return err
	}
	return a.officerPage(c, "officer_release.html", "解除绑定", "/officer/cases", body)
}

func (a *App) releaseCase(c *fiber.Ctx) (b caseBody, err error) {
	id, err := pathID(c, "id", "这个申请")
	if err != nil {
		return b, err
	}
	b.File, err = a.DB.ReadCase(c.UserContext(), *a.caller(c).Account, id)
	b.Kind = b.File.Resident.DocumentKind.Label()
	return b, err
}

// officerRelease unbinds a person, so that they can register on another phone: the officer has seen who they are.
func (a *App) officerRelease(c *fiber.Ctx) error {
	body, err := a.releaseCase(c)
	if err != nil {
		return err
	}
	if c.FormValue("seen") == "" {
		c.Status(fiber.StatusBadRequest)
		body.Problem = "请先当面看过本人的证件，再勾选确认。"
		return a.officerPage(c, "officer_release.html", "解除绑定", "/officer/cases", body)
	}
	if err := a.DB.Release(c.UserContext(), *a.caller(c).Account, body.File.Resident.ID); err != nil {
		return err
	}
	return a.back(c, "/officer/cases", "已解除绑定，本人可以在新手机上重新登记。")
}
