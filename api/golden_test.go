package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// transcript is what was asked and answered, in words that stay the same from run to run.
type transcript struct {
	t    *testing.T
	text bytes.Buffer
}

// masks are what differs each time: what is signed or random.
var masks = []struct {
	is *regexp.Regexp
	as string
}{
	{regexp.MustCompile(`(HTTP://LOCALHOST:8080/V/|/v/)[A-Z2-7]{100,}`), "${1}TOKEN"},
	{regexp.MustCompile(`"(token|csrf_token|request_id)": "[A-Za-z0-9_-]{8,}"`), `"$1": "…"`},
}

// say sends a request and writes it down with its answer.
func (s *transcript) say(who string, c *client, method, path string, body any, extra ...string) reply {
	s.t.Helper()
	got := c.send(method, path, body, extra...)
	fmt.Fprintf(&s.text, "> %s: %s %s", who, method, path)
	if body != nil {
		raw, _ := json.Marshal(body)
		fmt.Fprintf(&s.text, " %s", raw)
	}
	fmt.Fprintf(&s.text, "\n%d %s\n", got.StatusCode, got.Header.Get("Content-Type"))
	if strings.HasSuffix(got.Header.Get("Content-Type"), "json") {
		var pretty bytes.Buffer
		e := json.NewEncoder(&pretty)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		var value any
		got.into(&value)
		_ = e.Encode(value)
		s.text.Write(pretty.Bytes())
	}
	s.text.WriteString("\n")
	return got
}

// compare holds the transcript against its golden file.
func (s *transcript) compare(name string) {
	s.t.Helper()
	text := s.text.String()
	for _, m := range masks {
		text = m.is.ReplaceAllString(text, m.as)
	}
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatalf("%v (go test ./api -run %s -update writes it)", err, s.t.Name())
	}
	if text == string(want) {
		return
	}
	got, old := strings.Split(text, "\n"), strings.Split(string(want), "\n")
	for i := range got {
		if i >= len(old) || got[i] != old[i] {
			s.t.Fatalf("%s:%d differs (-update writes it anew):\n got %s\nwant %s", path, i+1, got[i], strings.Join(old[min(i, len(old)):min(i+1, len(old))], ""))
		}
	}
	s.t.Fatalf("%s: the answer is shorter than what stands there", path)
}

// TestScenarioOfAVisit is the main job through the API: asked, registered, claimed, shown at a gate, seen by an officer.
func TestScenarioOfAVisit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, visitScenario, frozen())
}

func visitScenario(t *testing.T, d *db.DB) {
	a := appOn(t, d)
	s := &transcript{t: t}
	person, g, boss := browser(t, a), signedIn(t, a, freeGate), signedIn(t, a, "officer")
	say := func(method, path string, body any) reply {
		t.Helper()
		return s.say("resident", person, method, path, body)
	}
	say(http.MethodGet, "/api/v1/eligibility", nil)
	registration := map[string]any{"document_kind": "resident_id", "number": "51022219550308996X", "name": "刘桂芳", "town": "白市驿镇"}
	say(http.MethodPost, "/api/v1/eligibility", registration)
	say(http.MethodPost, "/api/v1/eligibility/consents", map[string]any{"kinds": []string{"sensitive", "sharing"}})
	wrong := map[string]any{"document_kind": "resident_id", "number": "510222195503089961", "name": "刘桂芳"}
	say(http.MethodPost, "/api/v1/eligibility", wrong)
	say(http.MethodPost, "/api/v1/eligibility", registration)
	say(http.MethodGet, "/api/v1/offers/O1/days?days=2&people=3", nil)
	say(http.MethodGet, "/api/v1/eligibility?offer=O1&day=2022-01-01&people=3", nil)
	say(http.MethodPost, "/api/v1/vouchers", claimBody("2022-01-01", 3))
	code := say(http.MethodPost, "/api/v1/vouchers", claimBody("2021-07-12", 3)).object()["code"]
	say(http.MethodPost, "/api/v1/vouchers", claimBody("2021-07-12", 1))
	say(http.MethodGet, "/api/v1/vouchers/1/qr.png", nil)
	scan := func(id string, more map[string]any) reply {
		t.Helper()
		body := map[string]any{"id": id, "spot": freeSpot, "gate": "东门", "code": code}
		for k, v := range more {
			body[k] = v
		}
		return s.say("gate", g, http.MethodPost, "/api/v1/scans", body)
	}
	scan("scan-0000", map[string]any{"dry": true})
	scan("scan-0001", map[string]any{"people": 2})
	if scan("scan-0001", map[string]any{"people": 2}).Header.Get(headerReplayed) != "true" {
		t.Error("a repeated scan does not say so")
	}
	scan("scan-0002", map[string]any{"people": 2})
	scan("scan-0003", nil)
	scan("scan-0004", nil)
	s.say("gate", g, http.MethodPost, "/api/v1/scans/scan-0003/undo", nil)
	s.say("gate", g, http.MethodPost, "/api/v1/scans", map[string]any{"id": "scan-0005", "spot": freeSpot, "document_number": "51022219550308996x"})
	s.say("gate", g, http.MethodGet, "/api/v1/gate/today", nil)
	say(http.MethodPost, "/api/v1/vouchers/1/cancel", nil)
	say(http.MethodPost, "/api/v1/messages", map[string]any{"text": "景区有轮椅吗?"})
	s.say("officer", boss, http.MethodGet, "/api/v1/messages", nil)
	s.say("officer", boss, http.MethodPost, "/api/v1/messages/1/answer", map[string]any{"text": "有,在游客中心借。"})
	say(http.MethodGet, "/api/v1/notices", nil)
	s.say("officer", boss, http.MethodGet, "/api/v1/figures?from=2021-07-12&to=2021-07-12", nil)
	s.say("officer", boss, http.MethodGet, "/api/v1/audit?limit=3", nil)
	s.compare("visit")
}

// TestScenarioOfACase is a person whom the roster does not know, and the officer who decides.
func TestScenarioOfACase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, caseScenario, frozen())
}

func caseScenario(t *testing.T, d *db.DB) {
	a := appOn(t, d)
	s := &transcript{t: t}
	person, boss := enrolled(t, a, "pending"), signedIn(t, a, "officer")
	s.say("resident", person, http.MethodPost, "/api/v1/vouchers", claimBody(visitDay, 1))
	evidence := person.post("/api/v1/eligibility/evidence", form{map[string]string{"text": "住在金凤镇"}, map[string]string{"photo": string(drawing(t))}})
	evidence.want(http.StatusCreated)
	s.say("officer", boss, http.MethodGet, "/api/v1/residents/cases", nil)
	file := s.say("officer", boss, http.MethodGet, "/api/v1/residents/cases/1", nil)
	photo := file.object()["pieces"].([]any)[0].(map[string]any)["photo"].(string)
	s.say("officer", boss, http.MethodGet, photo, nil)
	s.say("officer", boss, http.MethodPost, "/api/v1/residents/cases/1/decide", map[string]any{"approve": false})
	s.say("officer", boss, http.MethodPost, "/api/v1/residents/cases/1/decide", map[string]any{"approve": true, "until": "2021-09-30", "note": "租房合同已核对"})
	s.say("officer", boss, http.MethodPost, "/api/v1/residents/cases/1/decide", map[string]any{"approve": false, "note": "晚了一步"})
	s.say("officer", boss, http.MethodGet, photo, nil)
	s.say("resident", person, http.MethodGet, "/api/v1/eligibility", nil)
	s.say("resident", person, http.MethodGet, "/api/v1/notices", nil)
	s.say("resident", person, http.MethodPost, "/api/v1/vouchers", claimBody("2021-10-01", 1))
	s.say("resident", person, http.MethodPost, "/api/v1/vouchers", claimBody(visitDay, 1))
	s.say("officer", boss, http.MethodPost, "/api/v1/vouchers/1/revoke", map[string]any{"why": "景区检修"})
	s.say("resident", person, http.MethodGet, "/api/v1/vouchers", nil)
	s.say("resident", person, http.MethodDelete, "/api/v1/eligibility/consents", nil)
	s.say("resident", person, http.MethodDelete, "/api/v1/eligibility", nil)
	s.say("resident", person, http.MethodGet, "/api/v1/eligibility", nil)
	s.compare("case")
}

// TestScenarioOfSettings is an officer who changes what is offered, while another did so before.
func TestScenarioOfSettings(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, settingsScenario, frozen())
}

func settingsScenario(t *testing.T, d *db.DB) {
	a := appOn(t, d)
	s := &transcript{t: t}
	boss := signedIn(t, a, "officer")
	offer := s.say("officer", boss, http.MethodGet, "/api/v1/offers/O1", nil)
	settings := offer.object()
	for _, name := range []string{"id", "spot", "spot_name", "label", "pay_each_fen", "version"} {
		delete(settings, name)
	}
	settings["daily_quota"], settings["blackout"] = 5, []string{"2021-10-01"}
	s.say("officer", boss, http.MethodPut, "/api/v1/offers/O1", settings)
	tag := offer.Header.Get("ETag")
	s.say("officer", boss, http.MethodPut, "/api/v1/offers/O1", settings, "If-Match", tag)
	s.say("officer", boss, http.MethodPut, "/api/v1/offers/O1", settings, "If-Match", tag)
	settings["max_party"] = 99
	s.say("officer", boss, http.MethodPut, "/api/v1/offers/O1", settings, "If-Match", `"2"`)
	delete(settings, "per_day")
	s.say("officer", boss, http.MethodPut, "/api/v1/offers/O1", settings, "If-Match", `"2"`)
	s.say("officer", boss, http.MethodPut, "/api/v1/spots/"+freeSpot, map[string]any{
		"name": "城市大峡谷", "aliases": []string{"大峡谷"}, "hours": "8:30–17:30", "intro": "峡谷", "bring": "身份证", "list_price_fen": 8000,
		"closed": []string{"2021-08-01"}, "version": 1,
	})
	s.say("officer", boss, http.MethodPut, "/api/v1/programmes/gxq-qj-2021", map[string]any{
		"title": "两地互助", "valid_from": "2021-07-01", "valid_to": "2021-13-01", "controller": "管委会", "contact": "12345", "holidays": []string{},
		"workdays": []string{}, "keep_days": 90, "version": 1,
	})
	s.compare("settings")
}
