package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

// settingsBody is what officer_settings.html shows: one or more forms, each with its own button, and lists to read.
type settingsBody struct {
	Back     NavItem
	Lead     string
	Facts    []settingsFact
	Forms    []settingsForm
	Lists    []readList
	Accounts []accountRow
	Wide     bool // the forms stand below each other
}

type settingsFact struct{ Label, Text string }

type readList struct {
	Title, Note string
	Lines       []string
}

// settingsForm is one form. Values are kept as they were typed, so that a refusal loses nothing.
type settingsForm struct {
	ID, Title, Note, Action, Submit string
	Problem                         string
	Theirs                          []difference // what somebody else saved in the meantime
	Version                         string       // "" = the form has none
	Fields                          []formField
}

// difference is one field that somebody else has changed while this officer was typing.
type difference struct{ Label, Theirs, Yours string }

// formField is one field: how it looks, what stands in it and what is wrong with it.
type formField struct {
	Name, Label, Kind, Hint string // Kind: text number money date days area select choice check password
	Options                 []option
	Wide                    bool // takes the whole row
	Value, Problem          string
}

type option struct{ Value, Label string }

// typed reads what the request says of each field.
func typed(c *fiber.Ctx, fields []formField) map[string]string {
	values := make(map[string]string, len(fields))
	for _, f := range fields {
		values[f.Name] = strings.ReplaceAll(c.FormValue(f.Name), "\r\n", "\n")
		if f.Kind != "password" {
			values[f.Name] = strings.TrimSpace(values[f.Name])
		}
	}
	return values
}

// filled puts values and what is wrong with them into the fields.
func filled(fields []formField, values, wrong map[string]string) []formField {
	for i := range fields {
		fields[i].Value, fields[i].Problem = values[fields[i].Name], wrong[fields[i].Name]
		if fields[i].Kind == "password" {
			fields[i].Value = "" // never sent back
		}
	}
	return fields
}

// differences lists the fields in which what is stored is not what was typed.
func differences(fields []formField, stored, typed map[string]string) (list []difference) {
	for _, f := range fields {
		if stored[f.Name] != typed[f.Name] {
			list = append(list, difference{f.Label, f.words(stored[f.Name]), f.words(typed[f.Name])})
		}
	}
	return list
}

// words is a value as people read it.
func (f formField) words(value string) string {
	for _, o := range f.Options {
		if o.Value == value {
			return o.Label
		}
	}
	switch {
	case f.Kind == "check" && value == "":
		return "否"
	case f.Kind == "check":
		return "是"
	case value == "":
		return unset
	}
	return strings.ReplaceAll(value, "\n", "、")
}

// reader turns typed values into what models hold and notes what cannot be read, by field.
type reader struct {
	values map[string]string
	wrong  map[string]string
}

func readValues(values map[string]string) reader {
	return reader{values, map[string]string{}}
}

func (r reader) text(name string) string { return r.values[name] }
func (r reader) yes(name string) bool    { return r.values[name] != "" }

// number is nil where nothing was typed: not set.
func (r reader) number(name string) *int {
	if r.values[name] == "" {
		return nil
	}
	n, err := strconv.Atoi(r.values[name])
	if err != nil {
		r.wrong[name] = "请填整数，例如 2；不设就留空。"
		return nil
	}
	return &n
}

// money is nil where nothing was typed: not set.
func (r reader) money(name string) *models.Fen {
	if r.values[name] == "" {
		return nil
	}
	f, err := models.ParseYuan(r.values[name])
	if err != nil {
		r.wrong[name] = "请写成 27 或 27.50 这样的金额；不设就留空。"
		return nil
	}
	return &f
}

func (r reader) day(name string) models.Day {
	if r.values[name] == "" {
		return ""
	}
	d, err := models.ParseDay(r.values[name])
	if err != nil {
		r.wrong[name] = "日期请写成 2021-07-17 这样。"
	}
	return d
}

// days reads one day a line, in any order; the same day twice is once.
func (r reader) days(name string) []models.Day {
	list := []models.Day{}
	for _, line := range strings.FieldsFunc(r.values[name], func(c rune) bool { return strings.ContainsRune("\n ,，、;；", c) }) {
		d, err := models.ParseDay(line)
		if err != nil {
			r.wrong[name] = "“" + line + "”不是日期。请一行写一个，写成 2021-10-01 这样。"
			return nil
		}
		list = append(list, d)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// err sums up what could not be read, for the top of the form.
func (r reader) err() error {
	if len(r.wrong) == 0 {
		return nil
	}
	return models.ErrInvalid.With(strconv.Itoa(len(r.wrong)) + "处填得不对，已在下面标出")
}

// The other direction: what models hold, as it stands in a form.

func intText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func fenText(f *models.Fen) string {
	if f == nil {
		return ""
	}
	return f.Yuan()
}

func daysText(days []models.Day) string {
	lines := make([]string, len(days))
	for i, d := range days {
		lines[i] = string(d)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func checkText(yes bool) string {
	if yes {
		return "1"
	}
	return ""
}

// limitText is a limit as people read it in a table.
func limitText(n *int, unit string) string {
	if n == nil {
		return unset
	}
	return strconv.Itoa(*n) + unit
}
