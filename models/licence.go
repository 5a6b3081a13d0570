package models

import "strings"

// USCC is a checked 统一社会信用代码 (GB 32100-2015).
type USCC struct {
	Number   string // 18 characters, upper case
	Area     string // six digits of the registration office; it need not be a county
	Entity   string // 企业, 个体工商户, 农民专业合作社; "" where the class has no such name
	Warnings []string
}

// FoodLicence is a checked food licence number.
type FoodLicence struct {
	Number   string // SC, JY or YB and 14 digits
	Label    string // 食品生产许可证, 食品经营许可证, 仅销售预包装食品备案
	Area     string // six digits; development zones use codes of their own
	Warnings []string
}

// What can be wrong with a supplier's numbers.
var (
	ErrUSCCLength    = &Error{Kind: Invalid, Code: "uscc_length", EN: "a unified social credit code has 18 characters", ZH: "统一社会信用代码应为18位，您输入的是%d位。15位的旧注册号已不用，请照营业执照右上角的18位填写。"}
	ErrUSCCCharacter = &Error{Kind: Invalid, Code: "uscc_character", EN: "digits and capital letters without I O S V Z", ZH: "第%d位“%s”不对：统一社会信用代码只有数字和大写字母，没有I、O、S、V、Z（容易和1、0、5、2看混），请照营业执照核对。"}
	ErrUSCCCheck     = &Error{Kind: Invalid, Code: "uscc_check", EN: "the check character does not fit", ZH: "统一社会信用代码最后一位校验码不对，说明有一位输错了，请照营业执照核对每一位。"}
	ErrFoodShape     = &Error{Kind: Invalid, Code: "food_licence_shape", EN: "SC, JY or YB and 14 digits", ZH: "食品许可证编号应是SC、JY或YB加14位数字，您输入的不是这个样子，请照许可证核对。"}
	ErrFoodCheck     = &Error{Kind: Invalid, Code: "food_licence_check", EN: "the check digit does not fit (GB/T 17710)", ZH: "食品许可证编号最后一位校验码不对，说明有一位输错了，请照许可证核对每一位。"}
)

// usccAlphabet has no I O S V Z; a character's place is its value.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ParseUSCC checks a unified social credit code. A wrong inner organisation code only warns: the outer check is
// the one the standard makes decisive. It answers one of the ErrUSCC refusals.
func ParseUSCC(raw string) (USCC, error) {
	s, n := normalNumber(raw)
	if n != 18 {
		return USCC{}, ErrUSCCLength.With(n)
	}
	i := 0
	for _, r := range s {
		i++
		// The registration office's code, characters 3 to 8, is digits only.
		if !strings.ContainsRune(usccAlphabet, r) || (i >= 3 && i <= 8 && r > '9') {
			return USCC{}, ErrUSCCCharacter.With(i, string(r))
		}
	}
	if usccCheck(s[:17]) != s[17] {
		return USCC{}, ErrUSCCCheck
	}
	u := USCC{Number: s, Area: s[2:8]}
	if s[0] == '9' {
		u.Entity = map[byte]string{'1': "企业", '2': "个体工商户", '3': "农民专业合作社"}[s[1]]
	}
	if orgCheck(s[8:16]) != s[16] {
		u.Warnings = append(u.Warnings, "第9到17位组织机构代码的校验码对不上，请人工核对营业执照。")
	}
	if !AreaKnown(u.Area) {
		u.Warnings = append(u.Warnings, "登记机关代码“"+u.Area+"”不是县级以上行政区，请人工核对营业执照。")
	}
	return u, nil
}

// usccCheck weighs by powers of 3 mod 31. The last mod matters: a sum divisible by 31 gives 0, not 31.
func usccCheck(seventeen string) byte {
	sum, w := 0, 1
	for i := range len(seventeen) {
		sum += strings.IndexByte(usccAlphabet, seventeen[i]) * w
		w = w * 3 % 31
	}
	return usccAlphabet[(31-sum%31)%31]
}

// orgCheck is the check character over 8 characters of 0-9 and A-Z (values 0 to 35); 0 for anything else.
func orgCheck(eight string) byte {
	sum := 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		c := eight[i]
		switch {
		case c >= '0' && c <= '9':
			sum += w * int(c-'0')
		case c >= 'A' && c <= 'Z':
			sum += w * int(c-'A'+10)
		default:
			return 0
		}
	}
	return "0X987654321"[sum%11]
}

// ParseFoodLicence checks a food production (SC) or trading (JY) licence or the filing of who sells prepacked food
// only (YB). The check rule of YB has no public source, so there only the shape is checked, with a warning.
// It answers ErrFoodShape or ErrFoodCheck.
func ParseFoodLicence(raw string) (FoodLicence, error) {
	s, n := normalNumber(raw)
	if n != 16 || len(s) != 16 || !isDigits(s[2:]) {
		return FoodLicence{}, ErrFoodShape
	}
	f := FoodLicence{Number: s}
	switch s[:2] {
	case "SC": // three digits of food category, then the area
		f.Label, f.Area = LicenceSC.ZH(), s[5:11]
	case "JY": // one digit of trade, then the area
		f.Label, f.Area = LicenceJY.ZH(), s[3:9]
	case "YB":
		f.Label = LicenceYB.ZH()
		f.Warnings = append(f.Warnings, "备案编号没有公开的校验规则，请人工核对备案信息。")
		return f, nil
	default:
		return FoodLicence{}, ErrFoodShape
	}
	if foodCheck(s[2:15]) != s[15] {
		return FoodLicence{}, ErrFoodCheck
	}
	if !AreaKnown(f.Area) {
		f.Warnings = append(f.Warnings, "发证地区代码“"+f.Area+"”不是县级以上行政区（开发区常用自己的代码），请人工核对。")
	}
	return f, nil
}

// foodCheck is GB/T 17710 MOD 11,10 over 13 digits.
func foodCheck(thirteen string) byte {
	p := 10
	for i := range len(thirteen) {
		p = (p + int(thirteen[i]-'0')) % 10
		if p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return byte('0' + (11-p)%10)
}
