package api

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
)

func TestRepeatsOfOneKeyMakeOneVoucher(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, repeatedClaim)
}

func repeatedClaim(t *testing.T, d *db.DB) {
	a := appOn(t, d)
	c := enrolled(t, a, "roster")
	first := c.post("/api/v1/vouchers", claimBody(visitDay, 2), headerKey, "k-1").want(http.StatusCreated)
	if first.Header.Get(headerReplayed) != "" {
		t.Error("the first answer says that it is a repeat")
	}
	for range 99 {
		again := c.post("/api/v1/vouchers", claimBody(visitDay, 2), headerKey, "k-1").want(http.StatusCreated)
		if !bytes.Equal(again.body, first.body) || again.Header.Get(headerReplayed) != "true" {
			t.Fatalf("another answer: %s", again.body)
		}
	}
	if n := len(c.get("/api/v1/vouchers").want(http.StatusOK).object()["items"].([]any)); n != 1 {
		t.Errorf("%d vouchers", n)
	}
}

func TestRepeatsAtOnceMakeOneVoucher(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, claimsAtOnce)
}

func claimsAtOnce(t *testing.T, d *db.DB) {
	a := appOn(t, d)
	c := enrolled(t, a, "roster")
	token := c.cookies[cookieResident]
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			// Each goroutine is a client of its own with the same session.
			one := program(t, a)
			one.headers[headerSession] = token
			got := one.post("/api/v1/vouchers", claimBody(visitDay, 1), headerKey, "at-once")
			if got.StatusCode != http.StatusCreated { // who comes second waits for the answer of the first
				t.Errorf("%d %s", got.StatusCode, got.body)
			}
		})
	}
	wait.Wait()
	if n := len(c.get("/api/v1/vouchers").want(http.StatusOK).object()["items"].([]any)); n != 1 {
		t.Errorf("%d vouchers", n)
	}
}

// A refused request lets go of its key, perhaps between two looks of a repeat: that must not show as a fault.
func TestRefusalsAtOnceAreRefusals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := appOn(t, d)
		token := enrolled(t, a, "roster").cookies[cookieResident]
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				one := program(t, a)
				one.headers[headerSession] = token
				got := one.post("/api/v1/vouchers", claimBody("2022-02-02", 1), headerKey, "no")
				if got.StatusCode != http.StatusConflict {
					t.Errorf("%d %s", got.StatusCode, got.body)
				}
			})
		}
		wait.Wait()
	})
}

func TestKeyWithAnotherBodyIsRefused(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := enrolled(t, a, "roster")
	c.post("/api/v1/vouchers", claimBody(visitDay, 1), headerKey, "k-2").want(http.StatusCreated)
	c.post("/api/v1/vouchers", claimBody("2021-07-18", 1), headerKey, "k-2").refused(http.StatusConflict, "idempotency_key_reused")
	c.post("/api/v1/vouchers", claimBody("2021-07-18", 1), headerKey, "k-3").want(http.StatusCreated)
}

func TestKeysOfTwoPeopleNeverMeet(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	mine := enrolled(t, a, "roster").post("/api/v1/messages", map[string]string{"text": "问一句"}, headerKey, "same").want(http.StatusCreated)
	other := enrolled(t, a, "pending")
	got := other.post("/api/v1/messages", map[string]string{"text": "问一句"}, headerKey, "same").want(http.StatusCreated)
	if got.Header.Get(headerReplayed) != "" || mine.Header.Get(headerReplayed) != "" {
		t.Error("one person got the stored answer of another")
	}
	list := signedIn(t, a, "officer").get("/api/v1/messages").want(http.StatusOK).object()["items"].([]any)
	if len(list) != 2 {
		t.Errorf("%d messages, want one of each", len(list))
	}
}

func TestRefusalCanBePutRightUnderTheSameKey(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := browser(t, a)
	body := map[string]any{"document_kind": "resident_id", "number": "51022219550308996X", "name": "刘桂芳"}
	c.post("/api/v1/eligibility", body, headerKey, "r").refused(http.StatusConflict, "consent_needed")
	c.post("/api/v1/eligibility/consents", map[string]any{"kinds": []string{"sensitive", "sharing"}}).want(http.StatusCreated)
	c.post("/api/v1/eligibility", body, headerKey, "r").want(http.StatusCreated)
}

func TestHostileKeysAreRefused(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := enrolled(t, a, "roster")
	c.post("/api/v1/vouchers", claimBody(visitDay, 1), headerKey, strings.Repeat("k", 129)).refused(http.StatusBadRequest, "invalid_request")
}

func TestFormIsTheSameWithAnotherBoundary(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	c := enrolled(t, a, "pending")
	evidence := form{fields: map[string]string{"text": "住在金凤镇海兰村"}}
	c.post("/api/v1/eligibility/evidence", evidence, headerKey, "e").want(http.StatusCreated)
	if again := c.post("/api/v1/eligibility/evidence", evidence, headerKey, "e").want(http.StatusCreated); again.Header.Get(headerReplayed) != "true" {
		t.Error("the same form counted as another")
	}
	other := form{fields: map[string]string{"text": "住在别处"}}
	c.post("/api/v1/eligibility/evidence", other, headerKey, "e").refused(http.StatusConflict, "idempotency_key_reused")
}

func TestEveryCreatingRouteTakesAKey(t *testing.T) {
	t.Parallel()
	a, _ := newTestApp(t)
	for _, r := range a.list {
		op := operationAt(a.huma.OpenAPI(), r.method, r.path)
		if !r.json || op == nil || op.DefaultStatus != http.StatusCreated || r.path == "/api/v1/sessions" {
			continue // a session is a secret: its answer is not kept to be given again
		}
		if !r.creates {
			t.Errorf("%s %s creates and does not honour %s", r.method, r.path, headerKey)
		}
	}
}
