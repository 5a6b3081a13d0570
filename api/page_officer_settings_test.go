package api

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
)

// typedIn reads back what stands in a form of a page, as a browser would send it.
func typedIn(page, id string) map[string]string {
	_, inside, _ := strings.Cut(page, `id="`+id+`" method="post"`)
	inside, _, _ = strings.Cut(inside, "</form>")
	values := map[string]string{}
	text := func(s string) string {
		return strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&#43;", "+", "&amp;", "&").Replace(s)
	}
	for _, m := range regexp.MustCompile(`<input[^>]*>`).FindAllString(inside, -1) {
		name := regexp.MustCompile(`name="([^"]*)"`).FindStringSubmatch(m)
		value := regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(m)
		if value == nil || name[1] == "csrf_token" || (strings.Contains(m, `type="radio"`) || strings.Contains(m, `type="checkbox"`)) && !strings.Contains(m, " checked") {
			continue
		}
		values[name[1]] = text(value[1])
	}
	for _, m := range regexp.MustCompile(`(?s)<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>`).FindAllStringSubmatch(inside, -1) {
		values[m[1]] = text(m[2])
	}
	for _, m := range regexp.MustCompile(`(?s)<select[^>]*name="([^"]*)".*?value="([^"]*)" selected`).FindAllStringSubmatch(inside, -1) {
		values[m[1]] = m[2]
	}
	return values
}

// Saving a form as it was shown changes nothing but the version: no field is lost on its way through the page.
func TestSettingsComeBackAsTheyWere(t *testing.T) {
	d := newDesk(t)
	two, zero, price := 2, 0, models.Fen(1234)
	v, err := d.db.Offer(d.ctx, "O5")
	d.must(err)
	o := v.Offer
	o.PerDay, o.PerSpot, o.Total, o.DailyQuota, o.MaxParty, o.AdvanceDays = &two, &two, &two, &zero, &two, &zero
	o.FixedFen, o.Rounding, o.Blackout, o.HolidayBlackout = &price, models.RoundYuanUp, []models.Day{"2021-08-01", "2021-10-01"}, true
	o.ValidFrom, o.ValidTo, o.ClauseText = "2021-07-15", "2021-11-30", `写着"3折"的<条款> & 说明`
	_, err = d.db.SetOffer(d.ctx, d.staff("officer"), o)
	d.must(err)
	officer := d.sitting("officer")
	for path, id := range map[string]string{"/officer/offers/O5": "offer", "/officer/offers/O5/spot": "spot", "/officer/programme": "programme"} {
		from := strings.TrimSuffix(path, "/spot")
		before, versions := d.stored()
		officer.fill(from, path, typedIn(officer.get(from).text(), id)).want(http.StatusSeeOther)
		if after, now := d.stored(); after != before || now != versions+1 {
			t.Errorf("%s changed more than the version:\n%s\n%s", path, before, after)
		}
	}
}

// stored is all that the settings pages can change, and the sum of its versions.
func (d *desk) stored() (all string, versions int) {
	d.t.Helper()
	v, err := d.db.Offer(d.ctx, "O5")
	d.must(err)
	p, err := d.db.Programme(d.ctx)
	d.must(err)
	versions = v.Offer.Version + v.Spot.Version + p.Version
	v.Offer.Version, v.Spot.Version, p.Version = 0, 0, 0
	raw, err := json.Marshal([]any{v, p})
	d.must(err)
	return string(raw), versions
}

func TestOfficerIsToldWhichSettingIsWrong(t *testing.T) {
	d := newDesk(t)
	officer := d.sitting("officer")
	shown := typedIn(officer.get("/officer/offers/O4").text(), "offer")
	for name, c := range map[string]struct{ field, value, says string }{
		"not a number":   {"per_day", "两张", "请填整数"},
		"out of range":   {"max_party", "21", "1到20之间"},
		"not a day":      {"blackout", "2021-10-01\n国庆节", "“国庆节”不是日期"},
		"no clause":      {"clause", "", "不能空着"},
		"percent":        {"pay_percent", "300", "3折填30"},
		"unknown kind":   {"kind", "gift", "只有免费、折扣、优惠价"},
		"days reversed":  {"valid_to", "2020-01-01", ""},
		"hostile number": {"total", `"><script>alert(1)</script>`, "请填整数"},
	} {
		t.Run(name, func(t *testing.T) {
			typed := map[string]string{"valid_from": "2021-07-20"}
			for k, v := range shown {
				typed[k] = v
			}
			typed[c.field], typed["components"] = c.value, "只含门票（我刚写的）"
			if c.field == "valid_to" {
				typed["valid_from"] = "2021-07-20"
			}
			page := officer.fill("/officer/offers/O4", "/officer/offers/O4", typed).want(http.StatusBadRequest).says(c.says, "只含门票（我刚写的）")
			page.lacks("<script>alert")
			if back := typedIn(page.text(), "offer"); c.field != "kind" && back[c.field] != c.value {
				t.Errorf("%s came back as %q", c.field, back[c.field])
			}
		})
	}
	if v, _ := d.db.Offer(d.ctx, "O4"); v.Offer.Version != 1 {
		t.Error("a refused form was saved")
	}
}

func TestOfficerKeepsWhatWasTypedWhenSomebodyWasFaster(t *testing.T) {
	d := newDesk(t)
	slow := d.sitting("officer")
	shown := typedIn(slow.get("/officer/offers/O4").text(), "offer")
	v, err := d.db.Offer(d.ctx, "O4")
	d.must(err)
	quota := 500
	v.Offer.DailyQuota = &quota
	_, err = d.db.SetOffer(d.ctx, d.staff("admin"), v.Offer)
	d.must(err)

	shown["max_party"] = "4"
	page := slow.fill("/officer/offers/O4", "/officer/offers/O4", shown).want(http.StatusConflict).says("刚刚被别人改过", "每天名额", ">500<", "您填的还在下面")
	again := typedIn(page.text(), "offer")
	if again["max_party"] != "4" || again["version"] != "2" {
		t.Fatalf("after the refusal the form holds %v", again)
	}
	slow.fill("/officer/offers/O4", "/officer/offers/O4", again).want(http.StatusSeeOther)
	v, _ = d.db.Offer(d.ctx, "O4")
	if v.Offer.MaxParty == nil || *v.Offer.MaxParty != 4 || v.Offer.DailyQuota != nil {
		t.Errorf("saved: %+v", v.Offer)
	}
	slow.fill("/officer/offers/O4", "/officer/offers/O9", shown).want(http.StatusNotFound)
}
