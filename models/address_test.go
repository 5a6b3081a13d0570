package models

import (
	"errors"
	"strings"
	"testing"
)

func goodAddress() Address {
	return Address{Name: "陈桂芳", Phone: "13800000000", Province: "重庆市", City: "市辖区", District: "沙坪坝区", Detail: "回龙坝镇民主村12号"}
}

func TestAddressCheck(t *testing.T) {
	a := goodAddress()
	a.Name, a.Phone, a.Detail = " 陈桂芳 ", "+86 138-0000-0000", " 回龙坝镇民主村12号 "
	if got, err := a.Check(); err != nil || got != goodAddress() {
		t.Errorf("brought to %+v, %v", got, err)
	}
	for name, c := range map[string]struct {
		change func(*Address)
		says   string
	}{
		"no name":     {func(a *Address) { a.Name = " " }, "姓名"},
		"one letter":  {func(a *Address) { a.Name = "陈" }, "姓名"},
		"long name":   {func(a *Address) { a.Name = strings.Repeat("陈", 21) }, "姓名"},
		"no phone":    {func(a *Address) { a.Phone = "" }, "手机号"},
		"short phone": {func(a *Address) { a.Phone = "1380000000" }, "手机号"},
		"landline":    {func(a *Address) { a.Phone = "023-12345678" }, "手机号"},
		"no province": {func(a *Address) { a.Province = "" }, "省"},
		"no city":     {func(a *Address) { a.City = "" }, "省"},
		"no district": {func(a *Address) { a.District = "" }, "省"},
		"no street":   {func(a *Address) { a.Detail = "12号" }, "详细地址"},
		"a novel":     {func(a *Address) { a.Detail = strings.Repeat("街", 101) }, "详细地址"},
	} {
		a := goodAddress()
		c.change(&a)
		_, err := a.Check()
		if !errors.Is(err, ErrAddress) || !strings.Contains(Refusal(err).ZH, c.says) {
			t.Errorf("%s: %v, want a sentence about %s", name, err, c.says)
		}
	}
}

func TestAddressLine(t *testing.T) {
	for want, a := range map[string]Address{
		"重庆市沙坪坝区回龙坝镇":  {Province: "重庆市", City: "市辖区", District: "沙坪坝区", Detail: "回龙坝镇"},
		"重庆市彭水苗族自治县新街": {Province: "重庆市", City: "县", District: "彭水苗族自治县", Detail: "新街"},
		"北京市东城区长安街":    {Province: "北京市", City: "北京市", District: "东城区", Detail: "长安街"},
		"四川省成都市武侯区新街":  {Province: "四川省", City: "成都市", District: "武侯区", Detail: "新街"},
	} {
		if got := a.Line(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAddressMasked(t *testing.T) {
	a := goodAddress()
	got := a.Masked()
	if got != "陈** 138****0000 重庆市沙坪坝区…" {
		t.Errorf("masked %q", got)
	}
	for _, secret := range []string{a.Name, a.Phone, a.Detail} {
		if strings.Contains(got, secret) {
			t.Errorf("%q shows %q", got, secret)
		}
	}
}
