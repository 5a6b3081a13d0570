package models

import (
	"errors"
	"fmt"
)

// Kind says what sort of refusal an Error is; the API turns it into a status in one map.
type Kind uint8

const (
	Internal    Kind = iota // a fault of ours: logged whole, shown bare
	Invalid                 // the request itself is wrong
	Unsigned                // nobody is signed in
	Forbidden               // signed in, but not for this
	NotFound                // not there, or not yours to see
	Conflict                // the state of things forbids it
	Exhausted               // quota or stock is used up
	TooMany                 // too often; later it may work
	Unavailable             // busy or away for the moment; try again
)

// Error is a refusal: Code is stable and for programs, EN for programmers, ZH for people.
// ZH says what was refused, why, and what to do next. Reasons is filled where a decision has several.
type Error struct {
	Kind    Kind
	Code    string
	EN, ZH  string
	Reasons []Reason
	Cause   error // never shown to people
}

// Reason is one ground of a decision, with the clause of the programme it rests on.
type Reason struct {
	Code   string `json:"code" doc:"stable code of the reason"`
	ZH     string `json:"message" doc:"the sentence a person reads"`
	Clause string `json:"clause,omitempty" doc:"clause of the programme it rests on"`
	Next   string `json:"next,omitempty" doc:"what to do next"`
	OK     bool   `json:"ok" doc:"true if this ground speaks for the person"`
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Code + ": " + e.EN + ": " + e.Cause.Error()
	}
	return e.Code + ": " + e.EN
}

// Is makes errors.Is compare by code, so that a refusal with filled-in words equals its catalogue entry.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

func (e *Error) Unwrap() error { return e.Cause }

// With fills the verbs of the Chinese sentence.
func (e *Error) With(args ...any) *Error {
	c := *e
	c.ZH = fmt.Sprintf(e.ZH, args...)
	return &c
}

// Because adds the grounds of a decision.
func (e *Error) Because(rs []Reason) *Error {
	c := *e
	c.Reasons = rs
	return &c
}

// From keeps the fault that lies beneath; it is logged and never shown.
func (e *Error) From(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// Refusal finds the Error in err; anything else becomes ErrInternal with err as its cause.
func Refusal(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return ErrInternal.From(err)
}
