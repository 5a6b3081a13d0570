package api

import (
	"strconv"
	"time"

	"github.com/jieban/jieban/models"
)

// pageInput asks for one page of a list.
type pageInput struct {
	After string `query:"after" maxLength:"100" doc:"the next of the page before; absent = from the start"`
	Limit int    `query:"limit" default:"50" minimum:"1" maximum:"100" doc:"most items to answer"`
}

// cursor reads a list's place that is an id; 0 is the start.
func (in pageInput) cursor() (int64, error) {
	if in.After == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(in.After, 10, 64)
	if err != nil || id < 0 {
		return 0, models.ErrInvalid.With("翻页位置“after”不对")
	}
	return id, nil
}

// listOf is one page of a list.
type listOf[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"give it back as after for more; absent at the end"`
}

type listOutput[T any] struct{ Body listOf[T] }

// listed shows what a verb listed. A full page has a next one, which begins after the id of the last.
func listed[M, V any](list []M, view func(M) V, limit int, id func(M) int64) *listOutput[V] {
	out := &listOutput[V]{Body: listOf[V]{Items: make([]V, len(list))}}
	for i, m := range list {
		out.Body.Items[i] = view(m)
	}
	if len(list) > 0 && len(list) == limit {
		out.Body.Next = strconv.FormatInt(id(list[len(list)-1]), 10)
	}
	return out
}

// paged reads one page of a list that goes on from an id. list is given that id, 0 for the start, and how many at most.
func paged[M, V any](in pageInput, list func(after int64, limit int) ([]M, error), view func(M) V, id func(M) int64) (*listOutput[V], error) {
	after, err := in.cursor()
	if err != nil {
		return nil, err
	}
	items, err := list(after, in.Limit)
	if err != nil {
		return nil, err
	}
	return listed(items, view, in.Limit, id), nil
}

// whole shows a list that has no pages.
func whole[M, V any](list []M, view func(M) V) *listOutput[V] {
	return listed(list, view, -1, func(M) int64 { return 0 })
}

// orEmpty is the list, never null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// utc gives a time that may be missing in UTC.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// optionalDay reads a day that may be left out.
func optionalDay(s string) (models.Day, error) {
	if s == "" {
		return "", nil
	}
	return models.ParseDay(s)
}
