package models

import (
	_ "embed"
	"strings"
)

// areaCodes lists every code of GB/T 2260 in force at some time from 1981 to 2024 (6450 codes): a line per city,
// "5001 000102…" for 500100, 500101, 500102 and so on. Compiled from the Ministry of Civil Affairs' yearly lists by
// github.com/yescallop/areacodes (eed219a0, CC0). Old codes matter: a person keeps the number given at birth.
//
//go:embed areas.txt
var areaCodes string

// AreaKnown says whether a six-digit area code was in force at some time since 1981. An unknown one is a reason to
// look twice, never to refuse: development zones and registration offices use codes of their own.
func AreaKnown(code string) bool {
	if len(code) != 6 || strings.ContainsAny(code, " \n") {
		return false
	}
	_, line, found := strings.Cut("\n"+areaCodes, "\n"+code[:4]+" ")
	if !found {
		return false
	}
	line, _, _ = strings.Cut(line, "\n")
	for i := 0; i+2 <= len(line); i += 2 {
		if line[i:i+2] == code[4:] {
			return true
		}
	}
	return false
}

// provinceKnown says whether two digits begin the code of a province; 81, 82 and 83 are residence permits.
func provinceKnown(two string) bool {
	const known = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 "
	return len(two) == 2 && strings.Contains(known, " "+two+" ")
}
