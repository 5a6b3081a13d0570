package db_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
	"github.com/jieban/jieban/models/db/dbtest"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func rosterFile(rows ...string) string {
	return "姓名,证件类型,证件号码,镇街,村社\r\n" + strings.Join(rows, "\r\n") + "\r\n"
}

func TestImportRoster(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		waiting := person(t, d, 3)
		file := rosterFile(
			"试验乙,居民身份证,"+newNumber(1)+",白市驿镇,驿都社区",
			"试验丙,居民身份证,"+newNumber(1)[:17]+",白市驿镇,",
			"试验甲,,"+strings.ToLower(newNumber(3))+",虎溪街道,",
			"试验丁,身份卡,"+newNumber(2)+",虎溪街道,",
			",,"+newNumber(4)+",,",
			"试验乙,,"+newNumber(1)+",金凤镇,",
			`"试验"戊,,x,,`,
		)
		gb, err := simplifiedchinese.GB18030.NewEncoder().String(file)
		must(t, err)
		for i, content := range []string{gb, file, "\xef\xbb\xbf" + file} {
			rep, err := d.ImportRoster(ctx, officer, "gxq-qj-2021", strings.NewReader(content))
			must(t, err)
			added, settled := 2, 1
			if i > 0 {
				added, settled = 0, 0
			}
			if rep.Rows != 7 || rep.Added != added || rep.Changed != 0 || rep.Same != 2-added || rep.Settled != settled || len(rep.Bad) != 5 {
				t.Fatalf("file %d: %+v", i, rep)
			}
			if rep.Bad[0].Line != 3 || rep.Bad[4].Line != 8 || strings.Contains(fmt.Sprint(rep.Bad), newNumber(1)) {
				t.Errorf("bad rows: %+v", rep.Bad)
			}
		}
		s, err := d.Standing(ctx, waiting)
		must(t, err)
		if s.Decision.State != "eligible" {
			t.Errorf("whom the roster names is %s", s.Decision.State)
		}
		for _, bad := range []string{"", "a,b\n1,2\n", "姓名\n张三\n", "\xff\xfe\xff"} {
			_, err := d.ImportRoster(ctx, officer, "gxq-qj-2021", strings.NewReader(bad))
			wants(t, err, models.ErrRosterFile)
		}
	})
}

func TestEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		link := person(t, d, 1)
		var photo bytes.Buffer
		must(t, png.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 30, 20))))
		wants(t, d.GiveEvidence(ctx, link, "", nil), models.ErrMessageEmpty)
		wants(t, d.GiveEvidence(ctx, link, "", []byte("not a photo")), models.ErrPhoto)
		must(t, d.GiveEvidence(ctx, link, "我住金凤镇", photo.Bytes()))
		cases, err := d.Cases(ctx, 0, 10)
		must(t, err)
		if len(cases) != 1 || cases[0].Evidence != 1 || cases[0].Resident.MaskedName != "试**" {
			t.Fatalf("%+v", cases)
		}
		id := cases[0].Eligibility.ID
		file, err := d.ReadCase(ctx, officer, id)
		must(t, err)
		if file.Pieces[0].Text != "我住金凤镇" || !bytes.HasPrefix(file.Pieces[0].Photo, []byte("\xff\xd8")) {
			t.Errorf("%+v", file.Pieces)
		}
		if n := count(t, d, "SELECT COUNT(*) FROM audit WHERE act = 'evidence.read'"); n != 1 {
			t.Errorf("%d audit entries of one look", n)
		}
		wants(t, d.DecideCase(ctx, officer, id, false, "", " "), models.ErrInvalid)
		must(t, d.DecideCase(ctx, officer, id, false, "", "看不清"))
		wants(t, d.DecideCase(ctx, officer, id, true, "", ""), models.ErrCaseClosed)
		if file, err = d.ReadCase(ctx, officer, id); err != nil || len(file.Pieces) != 0 {
			t.Errorf("a closed case shows %d pieces, %v", len(file.Pieces), err)
		}
		must(t, d.GiveEvidence(ctx, link, "再交一次", nil)) // opens it again
		must(t, d.DecideCase(ctx, officer, id, true, "2021-09-30", ""))
		wants(t, d.GiveEvidence(ctx, link, "还要交", nil), models.ErrEvidenceUnasked)
		notices, err := d.NoticesAfter(ctx, link, 0, 10)
		must(t, err)
		if len(notices) != 2 || !strings.Contains(notices[0].Text, "看不清") {
			t.Errorf("%+v", notices)
		}
		_, err = d.Claim(ctx, link, claimOf("O1", "2021-10-01", 1, "k"))
		if codeOf(err) != "eligibility_lapsed" {
			t.Errorf("after its end: %v", err)
		}
		must(t, d.DecideCase(ctx, officer, reopened(t, d, link), true, "", ""))
		_, err = d.Claim(ctx, link, claimOf("O1", "2021-10-01", 1, "k"))
		must(t, err)
	})
}

func TestRaceDecideCase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for run := range races {
			s, err := d.Standing(ctx, person(t, d, run))
			must(t, err)
			got := atOnce(6, func(i int) error {
				return d.DecideCase(ctx, officer, s.Eligibility.ID, i%2 == 0, "", "原因")
			})
			if got[""] != 1 || got["case_closed"] != 5 {
				t.Fatalf("run %d: %v", run, got)
			}
		}
	})
}

// reopened moves past the end of a person's eligibility, has them give new evidence, and gives the case's id.
func reopened(t *testing.T, d *db.DB, link int64) int64 {
	t.Helper()
	d.Shift(80 * 24 * time.Hour) // to 30 September, its last day
	wants(t, d.GiveEvidence(ctx, link, "还住金凤镇", nil), models.ErrEvidenceUnasked)
	d.Shift(24 * time.Hour)
	must(t, d.GiveEvidence(ctx, link, "还住金凤镇", nil))
	s, err := d.Standing(ctx, link)
	must(t, err)
	if s.Decision.State != "undecided" {
		t.Fatalf("asked anew, but %s", s.Decision.State)
	}
	return s.Eligibility.ID
}
