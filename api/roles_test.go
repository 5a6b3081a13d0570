package api

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
)

// samplePath fills a route's parameters with something.
var parameter = regexp.MustCompile(`\{[^}]*\}|\*`)

func samplePath(r route) string { return parameter.ReplaceAllString(r.path, "12345678") }

// logins is an account of each role.
var logins = map[models.Role]string{
	models.RoleGate: "gate-daxiagu", models.RoleSupplier: "farm-apeng", models.RoleOfficer: "officer", models.RoleAdmin: "admin",
}

// TestEveryRouteWithEveryRole asks every route as nobody, as a resident and as each account: who may not is refused before
// the handler, who may is not.
func TestEveryRouteWithEveryRole(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	for name, c := range everyone(t, a) {
		t.Run(name, func(t *testing.T) {
			for _, r := range a.list {
				if endsSession(r) {
					continue
				}
				may := r.who == anyone || r.who&resident != 0 || slices.Contains(r.who.words(), name)
				got := c.send(r.method, samplePath(r), nil)
				if got.StatusCode >= 500 && got.StatusCode != http.StatusServiceUnavailable { // without a chat its routes are away
					t.Errorf("%s %s answers %s %d: %.300s", r.method, r.path, name, got.StatusCode, got.body)
				}
				if refused := turnedAway(r, got, name); refused == may {
					t.Errorf("%s %s answers %s %d; may it? %v", r.method, r.path, name, got.StatusCode, may)
				}
			}
		})
	}
}

// everyone is a client of each kind. None of them is refused as forged: programs send a header that only they can.
func everyone(t *testing.T, a *App) map[string]*client {
	t.Helper()
	nobody, person := program(t, a), program(t, a)
	nobody.headers["Sec-Fetch-Site"] = "same-origin"
	person.headers[headerSession] = strings.Repeat("resident", 6)
	all := map[string]*client{"nobody": nobody, "resident": person}
	for role, login := range logins {
		all[string(role)] = signedIn(t, a, login)
	}
	return all
}

// endsSession are the routes after which the client would be somebody else.
func endsSession(r route) bool {
	return r.path == "/signout" || r.method == http.MethodDelete && r.path == "/api/v1/sessions"
}

// turnedAway tells the refusal of access from every other answer.
func turnedAway(r route, got reply, name string) bool {
	if name == "nobody" || name == "resident" {
		toSignIn := got.StatusCode == http.StatusSeeOther && strings.HasPrefix(got.Header.Get("Location"), "/signin")
		return got.StatusCode == http.StatusUnauthorized && !r.passwords || !r.json && toSignIn
	}
	return got.StatusCode == http.StatusForbidden && !strings.Contains(string(got.body), models.ErrOtherSpot.Code)
}

func TestSigningOutEndsTheSession(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := signedIn(t, a, "officer")
	c.get("/api/v1/sessions/me").want(http.StatusOK)
	c.send(http.MethodDelete, "/api/v1/sessions", nil).want(http.StatusNoContent)
	c.get("/api/v1/sessions/me").refused(http.StatusUnauthorized, "unsigned")
}

// TestScanOnlyAccountListsNothing names what a gate's account may do, so that a new route cannot open more by mistake.
func TestScanOnlyAccountListsNothing(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	allowed := []string{
		"DELETE /api/v1/sessions", "GET /api/v1/sessions/me", "POST /api/v1/scans", "POST /api/v1/scans/{id}/undo", "GET /api/v1/gate/today",
		"POST /api/v1/staff-codes", "GET /api/v1/staff-links", "DELETE /api/v1/staff-links/{id}",
	}
	for _, r := range a.list {
		if r.json && r.who&gate != 0 && !slices.Contains(allowed, r.method+" "+r.path) {
			t.Errorf("a gate's account may %s %s", r.method, r.path)
		}
	}
}

// TestPersonalDataIsOfficersOnly holds what must never be opened to others by a slip in the list.
func TestPersonalDataIsOfficersOnly(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	for _, r := range a.list {
		for _, prefix := range []string{"/api/v1/residents", "/api/v1/audit", "/api/v1/figures", "/officer"} {
			if strings.HasPrefix(r.path, prefix) && r.who != officer && r.who != admin {
				t.Errorf("%s %s is open to %v", r.method, r.path, r.who.words())
			}
		}
		if strings.HasPrefix(r.path, "/api/v1/accounts") && r.who != admin {
			t.Errorf("%s %s is open to %v", r.method, r.path, r.who.words())
		}
	}
}

func TestAccessNamesItsRoles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		who  access
		want string
	}{
		{anyone, "anyone"},
		{resident, "resident"},
		{gate, "gate"},
		{officer, "officer admin"},
		{admin, "admin"},
		{gate | officer, "gate officer admin"},
		{staff, "gate supplier officer admin"},
	} {
		if got := strings.Join(c.who.words(), " "); got != c.want {
			t.Errorf("%d: %s, want %s", c.who, got, c.want)
		}
	}
}

func TestGateStaffScanAtTheirSpotOnly(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	other := signedIn(t, a, freeGateTwo)
	scan := map[string]any{"id": "scan-elsewhere-1", "code": "x", "spot": freeSpot}
	other.post("/api/v1/scans", scan).refused(http.StatusForbidden, "other_spot")
	other.get("/api/v1/gate/today?spot="+freeSpot).refused(http.StatusForbidden, "other_spot")
	signedIn(t, a, freeGate).post("/api/v1/scans", scan).want(http.StatusOK)
}
