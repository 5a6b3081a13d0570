package api

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// fileBody is what officer_resident.html shows.
type fileBody struct {
	File    db.ResidentFile
	Kind    string // of the document
	StateZH string
	Today   models.Day
	Wrong   int64  // the voucher that was not revoked
	Why     string // the reason typed for it
	Problem string
}

// officerFind looks a person up who stands at the window. The number comes in a form, so that no address, history or
// log ever holds it; the page that follows is known by our own id.
func (a *App) officerFind(c *fiber.Ctx) error {
	file, err := a.DB.FindResident(c.UserContext(), *a.caller(c).Account, c.FormValue("document_number"))
	if err == nil {
		return c.Redirect(residentPath(file.Resident.ID), fiber.StatusSeeOther)
	}
	body := casesBody{}
	if errors.Is(err, models.ErrNotFound) {
		c.Status(fiber.StatusNotFound)
		body.Problem = "没有人用这个证件号码登记过。请对照证件再核一遍；还没登记的，请本人在聊天里回复“领券”。"
	} else if body.Problem, err = officerRefusal(c, err); err != nil {
		return err
	}
	return a.showCases(c, body)
}

func residentPath(id int64) string { return "/officer/residents/" + strconv.FormatInt(id, 10) }

// officerResident shows where a person stands, and what an officer can do for them.
func (a *App) officerResident(c *fiber.Ctx) error { return a.showResident(c, fileBody{}) }

func (a *App) showResident(c *fiber.Ctx, body fileBody) error {
	id, err := pathID(c, "id", "这位居民")
	if err != nil {
		return err
	}
	if body.File, err = a.DB.ReadResident(c.UserContext(), id); err != nil {
		return err
	}
	body.Kind, body.StateZH, body.Today = body.File.Resident.DocumentKind.Label(), "没有申请", a.DB.Today()
	if e := body.File.Eligibility; e != nil {
		body.StateZH = eligibilityZH[e.State]
		if e.State == models.EligibilityApproved && body.File.Decision.State != "eligible" {
			body.StateZH = eligibilityZH[models.EligibilityLapsed] // its last day is over
		}
	}
	return a.officerPage(c, "officer_resident.html", "居民", "/officer/cases", body)
}

// officerRevoke ends a live voucher; its holder reads why.
func (a *App) officerRevoke(c *fiber.Ctx) error {
	id, err := pathID(c, "voucher", "这张券")
	if err != nil {
		return err
	}
	body := fileBody{Wrong: id, Why: c.FormValue("why")}
	if err = a.DB.RevokeVoucher(c.UserContext(), *a.caller(c).Account, id, body.Why); err != nil {
		if body.Problem, err = officerRefusal(c, err); err != nil {
			return err
		}
		return a.showResident(c, body)
	}
	return a.back(c, "/officer/residents/"+c.Params("id"), "券已作废，并在聊天里把原因告诉了本人。")
}

// officerReopen puts a decided case back into the queue and goes to it.
func (a *App) officerReopen(c *fiber.Ctx) error {
	id, err := pathID(c, "id", "这个申请")
	if err != nil {
		return err
	}
	if err = a.DB.ReopenCase(c.UserContext(), *a.caller(c).Account, id); err != nil {
		body := caseBody{}
		if body.Problem, err = officerRefusal(c, err); err != nil {
			return err
		}
		return a.showCase(c, body)
	}
	return a.back(c, "/officer/cases/"+strconv.FormatInt(id, 10), "可以重新核对了。")
}
