package models

import (
	"strings"
	"unicode/utf8"
)

// Address is where a parcel goes. It is stored sealed, whole, and opened for its buyer and the order's supplier only.
type Address struct {
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Province string `json:"province"`
	City     string `json:"city"`
	District string `json:"district"`
	Detail   string `json:"detail"`
}

// Check refuses an address a courier could not use, and brings the phone to one form.
func (a Address) Check() (Address, error) {
	a.Name, a.Detail = strings.TrimSpace(a.Name), strings.TrimSpace(a.Detail)
	phone, err := ParsePhone(a.Phone)
	switch n := utf8.RuneCountInString; {
	case n(a.Name) < 2 || n(a.Name) > 20:
		return a, ErrAddress.With("收货人姓名要2到20个字。")
	case err != nil:
		return a, ErrAddress.With("手机号不对，应是11位、1开头的号码。")
	case a.Province == "" || a.City == "" || a.District == "":
		return a, ErrAddress.With("请选省、市、区县。")
	case n(a.Detail) < 4 || n(a.Detail) > 100:
		return a, ErrAddress.With("详细地址要写到街道和门牌，4到100个字。")
	}
	a.Phone = phone
	return a, nil
}

// Line is the address in one line, without name and phone.
func (a Address) Line() string {
	city := a.City
	if city == "市辖区" || city == "县" || city == a.Province {
		city = ""
	}
	return a.Province + city + a.District + a.Detail
}

// Masked is what pages show: the name's first character, the phone's ends, the district.
func (a Address) Masked() string {
	return MaskName(a.Name) + " " + MaskPhone(a.Phone) + " " + a.Province + a.District + "…"
}
