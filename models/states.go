package models

import (
	"slices"
	"strconv"
)

// Step is one allowed change of state, and what brings it about.
type Step struct{ From, To, On string }

// Machine is a table of states. A test walks every one: all states are reachable and ends end; docs/states.md is
// generated from them.
type Machine struct {
	Noun, ZH string
	Start    string
	Ends     []string
	Steps    []Step
}

// Allows says whether the table has a step from one state to the other.
func (m Machine) Allows(from, to string) bool {
	return slices.ContainsFunc(m.Steps, func(s Step) bool { return s.From == from && s.To == to })
}

func has[T comparable](list []T, v T) bool { return slices.Contains(list, v) }

func itoa(n int) string { return strconv.Itoa(n) }
