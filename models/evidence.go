package models

import "time"

// Evidence is what an undecided resident gives an officer to look at: words, or a photo without its metadata.
type Evidence struct {
	ID            int64
	EligibilityID int64
	TextSealed    Sealed `json:"-"`
	PhotoSealed   Sealed `json:"-"`
	CreatedAt     time.Time
}

// EvidenceHelp says what can prove residence. None of it is printed by the programme; an officer decides.
const EvidenceHelp = "可以用来证明的材料（有一样就行）：身份证或户口簿上的住址页、居住证、社保参保证明、房产证或租房合同、学校证明。请发一张照片，或用文字写明您住哪个镇街、哪个村社。"

// TableName is spelled out: the noun has no plural.
func (Evidence) TableName() string { return "evidence" }
