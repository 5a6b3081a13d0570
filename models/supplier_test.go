package models_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jieban/jieban/models"
)

// goodSupplier passes; its numbers are made up and fit their checks.
func goodSupplier() models.Supplier {
	return models.Supplier{
		Name: "濯水老街食品坊", Town: "濯水镇", Intro: "做绿豆粉。", LicenceKind: models.LicenceSC, Licence: "SC11464010500015",
		USCC: "93500114MA00TEX38F", Contact: "龚老师", ShipFrom: "重庆市黔江区濯水镇",
	}
}

func TestSupplierCheck(t *testing.T) {
	long := func(n int) string { return strings.Repeat("长", n) }
	for name, c := range map[string]struct {
		change func(*models.Supplier)
		want   *models.Error
		says   string
	}{
		"good":                   {func(*models.Supplier) {}, nil, ""},
		"no code":                {func(s *models.Supplier) { s.USCC = "" }, nil, ""},
		"no contact, no intro":   {func(s *models.Supplier) { s.Contact, s.Intro = "", "" }, nil, ""},
		"longest":                {func(s *models.Supplier) { s.Name, s.Intro, s.Contact = long(40), long(300), long(40) }, nil, ""},
		"self-grown":             {func(s *models.Supplier) { s.LicenceKind, s.Licence = models.LicenceNone, "农户自产自销" }, nil, ""},
		"filing":                 {func(s *models.Supplier) { s.LicenceKind, s.Licence = models.LicenceYB, "yb 2500 1140 0000 24" }, nil, ""},
		"short name":             {func(s *models.Supplier) { s.Name = " 坊 " }, models.ErrSupplier, "2到40个字"},
		"long name":              {func(s *models.Supplier) { s.Name = long(41) }, models.ErrSupplier, "2到40个字"},
		"no town":                {func(s *models.Supplier) { s.Town = " " }, models.ErrSupplier, "镇街"},
		"no place to ship from":  {func(s *models.Supplier) { s.ShipFrom = "" }, models.ErrSupplier, "发货地"},
		"long intro":             {func(s *models.Supplier) { s.Intro = long(301) }, models.ErrSupplier, "300个字"},
		"long contact":           {func(s *models.Supplier) { s.Contact = long(41) }, models.ErrSupplier, "联系人"},
		"no kind":                {func(s *models.Supplier) { s.LicenceKind = "" }, models.ErrSupplier, "证照种类"},
		"unknown kind":           {func(s *models.Supplier) { s.LicenceKind = "QS" }, models.ErrSupplier, "证照种类"},
		"no statement":           {func(s *models.Supplier) { s.LicenceKind, s.Licence = models.LicenceNone, " " }, models.ErrSupplier, "写明为什么"},
		"long statement":         {func(s *models.Supplier) { s.LicenceKind, s.Licence = models.LicenceNone, long(101) }, models.ErrSupplier, "写明为什么"},
		"another kind's number":  {func(s *models.Supplier) { s.LicenceKind = models.LicenceJY }, models.ErrSupplier, "应以JY开头"},
		"no number":              {func(s *models.Supplier) { s.Licence = "" }, models.ErrFoodShape, "14位数字"},
		"a placeholder":          {func(s *models.Supplier) { s.Licence = "演示编号：SC-DEMO-0001" }, models.ErrFoodShape, "14位数字"},
		"wrong digit":            {func(s *models.Supplier) { s.Licence = "SC11464010500016" }, models.ErrFoodCheck, "最后一位校验码不对"},
		"wrong letter in a code": {func(s *models.Supplier) { s.USCC = "9350O114MA00TEX38F" }, models.ErrUSCCCharacter, "第5位“O”不对"},
		"wrong digit in a code":  {func(s *models.Supplier) { s.USCC = "93500114MA00TEX83F" }, models.ErrUSCCCheck, "校验码不对"},
		"short code":             {func(s *models.Supplier) { s.USCC = "9350" }, models.ErrUSCCLength, "应为18位"},
	} {
		s := goodSupplier()
		c.change(&s)
		err := s.Check()
		if c.want == nil && err != nil || c.want != nil && (!errors.Is(err, c.want) || !strings.Contains(models.Refusal(err).ZH, c.says)) {
			t.Errorf("%s: %v %s", name, err, models.Refusal(err).ZH)
		}
	}
}

// What nobody touched is not asked again; a new number is.
func TestSupplierCheckChange(t *testing.T) {
	old := goodSupplier()
	old.Licence, old.USCC = "演示编号，并非真实许可证：SC-DEMO-0001", "DEMO"
	for name, c := range map[string]struct {
		change func(*models.Supplier)
		want   *models.Error
	}{
		"words":                 {func(s *models.Supplier) { s.Intro = "改了介绍" }, nil},
		"wrong words":           {func(s *models.Supplier) { s.Name = "" }, models.ErrSupplier},
		"code taken away":       {func(s *models.Supplier) { s.USCC = "" }, nil},
		"good licence":          {func(s *models.Supplier) { s.Licence = "SC11464010500015" }, nil},
		"another bad licence":   {func(s *models.Supplier) { s.Licence = "演示编号：SC-DEMO-0002" }, models.ErrFoodShape},
		"the kind alone":        {func(s *models.Supplier) { s.LicenceKind = models.LicenceYB }, models.ErrFoodShape},
		"another bad code":      {func(s *models.Supplier) { s.USCC = "DEMO2" }, models.ErrUSCCLength},
		"statement of a number": {func(s *models.Supplier) { s.LicenceKind = models.LicenceNone }, nil},
	} {
		s := old
		c.change(&s)
		if err := s.CheckChange(old); c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSupplierTidyAndDoubts(t *testing.T) {
	s := goodSupplier()
	s.Name, s.USCC, s.Licence = " 濯水老街食品坊\n", "93500114 ma00tex3 8f", "ｓｃ 1146 4010 5000 15"
	if got := s.Tidy(); got.Name != "濯水老街食品坊" || got.USCC != "93500114MA00TEX38F" || got.Licence != "SC11464010500015" {
		t.Errorf("%+v", got)
	}
	s.USCC, s.Licence = " DEMO ", " 演示 "
	if got := s.Tidy(); got.USCC != "DEMO" || got.Licence != "演示" {
		t.Errorf("what cannot be read must stay: %+v", got)
	}
	if got := s.Doubts(); len(got) != 2 || !strings.Contains(got[0], "18位") {
		t.Errorf("stored numbers that do not hold: %q", got)
	}
	s.USCC, s.LicenceKind, s.Licence = "", models.LicenceYB, "YB25001140000024"
	if got := s.Doubts(); len(got) != 1 || !strings.Contains(got[0], "人工核对") {
		t.Errorf("a filing is to be compared by hand: %q", got)
	}
	s.LicenceKind, s.Licence = models.LicenceNone, "自产自销"
	if got := s.Doubts(); len(got) != 0 {
		t.Errorf("a statement leaves no doubt: %q", got)
	}
	words := []string{}
	for _, k := range []models.LicenceKind{models.LicenceSC, models.LicenceJY, models.LicenceYB, models.LicenceNone, "x"} {
		words = append(words, k.ZH())
	}
	if slices.Contains(words, "") || len(slices.Compact(words)) != 5 {
		t.Errorf("%q", words)
	}
}
