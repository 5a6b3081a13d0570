package models

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Message is what a person wrote to the people behind the bot, and what an officer answered.
type Message struct {
	ID           int64
	LinkID       int64
	TextSealed   Sealed `json:"-"`
	AnswerSealed Sealed `json:"-"`
	AnsweredBy   *int64
	RequestKey   string // the asking's own id: the same one again asks nothing again
	AskedAt      time.Time
	AnsweredAt   *time.Time
}

// CheckMessage trims a message, or refuses an empty one or one of more than 1000 characters.
func CheckMessage(text string) (string, error) {
	t := strings.TrimSpace(text)
	if n := utf8.RuneCountInString(t); n < 1 || n > 1000 {
		return "", ErrMessageEmpty
	}
	return t, nil
}
