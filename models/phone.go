package models

import "strings"

// ErrPhone refuses what is no mobile number of the mainland.
var ErrPhone = &Error{Kind: Invalid, Code: "phone_invalid", EN: "a mainland mobile number has 11 digits, 13 to 19 first", ZH: "手机号应是1开头的11位数字（如13800000000），您输入的是%d位或开头不对，请核对后再发一次。"}

// ParsePhone brings a mainland mobile number to its 11 digits: full width, spaces, hyphens, brackets and the
// country prefixes +86, 0086 and 86 are allowed. Which prefixes are in service changes too often to be a rule.
// It answers ErrPhone.
func ParsePhone(raw string) (string, error) {
	s, n := normalNumber(raw)
	s = strings.NewReplacer("(", "", ")", "", ".", "", "·", "").Replace(s)
	for _, prefix := range []string{"+86", "0086", "86"} {
		if rest, found := strings.CutPrefix(s, prefix); found {
			s = rest
			break
		}
	}
	if !isMobile(s) {
		return "", ErrPhone.With(n)
	}
	return s, nil
}

// isMobile says whether s is exactly ^1[3-9]\d{9}$.
func isMobile(s string) bool {
	return len(s) == 11 && isDigits(s) && s[0] == '1' && s[1] >= '3'
}
