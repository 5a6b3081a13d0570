package db

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/jieban/jieban/models"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Limits of one roster file.
const (
	maxRosterBytes = 20 << 20
	maxRosterRows  = 100_000
)

// RosterReport says what an import did. Rows are counted without the header.
type RosterReport struct {
	Rows    int      `json:"rows"`
	Added   int      `json:"added"`
	Changed int      `json:"changed"`
	Same    int      `json:"same"`
	Settled int      `json:"settled" doc:"waiting residents whom the new roster made eligible"`
	Bad     []BadRow `json:"bad"`
}

// BadRow is a row that was left out, by its line in the file. It never repeats a name or a number.
type BadRow struct {
	Line int    `json:"line"`
	Why  string `json:"why"`
}

// ImportRoster reads a CSV with a header (姓名, 证件类型, 证件号码, 镇街, 村社), in UTF-8 or GB18030. Good rows are kept
// and bad ones named; the same file twice changes nothing. It answers ErrRosterFile if nothing can be read.
func (d *DB) ImportRoster(ctx context.Context, by models.Account, programmeID string, r io.Reader) (RosterReport, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxRosterBytes+1))
	if err != nil {
		return RosterReport{}, err
	}
	entries, rep, err := d.readRoster(raw)
	if err != nil {
		return rep, err
	}
	err = d.write(ctx, func(t *tx) error {
		rep.Added, rep.Changed, rep.Same, rep.Settled = 0, 0, 0, 0
		var fresh []string
		for len(entries) > 0 && err == nil {
			n := min(len(entries), 500)
			fresh, err = t.mergeRoster(programmeID, entries[:n], &rep)
			if err == nil {
				err = t.settle(programmeID, fresh, &rep)
			}
			entries = entries[n:]
		}
		if err != nil {
			return err
		}
		detail := fmt.Sprintf("rows %d, added %d, changed %d, same %d, bad %d", rep.Rows, rep.Added, rep.Changed, rep.Same, len(rep.Bad))
		return t.audit(ByAccount(by.ID), "roster.import", "programme:"+programmeID, detail)
	})
	return rep, err
}

// readRoster parses the file and seals each row; nothing is written yet.
func (d *DB) readRoster(raw []byte) ([]models.RosterEntry, RosterReport, error) {
	rep := RosterReport{Bad: []BadRow{}}
	if len(raw) > maxRosterBytes {
		return nil, rep, models.ErrRosterFile.With("文件超过20MB")
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(raw) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, rep, models.ErrRosterFile.With("编码既不是UTF-8也不是GB18030")
		}
		raw = decoded
	}
	in := csv.NewReader(bytes.NewReader(raw))
	in.FieldsPerRecord, in.TrimLeadingSpace = -1, true
	columns, err := rosterHeader(in)
	if err != nil {
		return nil, rep, err
	}
	var entries []models.RosterEntry
	seen := map[string]int{}
	for {
		row, err := in.Read()
		if err == io.EOF {
			return entries, rep, nil
		}
		if rep.Rows++; rep.Rows > maxRosterRows {
			return nil, rep, models.ErrRosterFile.With("超过10万行，请分成几个文件")
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			rep.Bad = append(rep.Bad, BadRow{bad.StartLine, "这一行的引号写得不对"})
			continue
		}
		if err != nil {
			return nil, rep, err
		}
		line, _ := in.FieldPos(0)
		e, why := d.rosterEntry(columns, row)
		if first, twice := seen[e.NumberHash]; why == "" && twice {
			why = fmt.Sprintf("证件号码与第%d行重复", first)
		}
		if why != "" {
			rep.Bad = append(rep.Bad, BadRow{line, why})
			continue
		}
		seen[e.NumberHash] = line
		entries = append(entries, e)
	}
}

func rosterHeader(in *csv.Reader) (map[string]int, error) {
	head, err := in.Read()
	if err != nil {
		return nil, models.ErrRosterFile.With("文件是空的")
	}
	columns := map[string]int{}
	for i, name := range head {
		columns[strings.TrimSpace(name)] = i
	}
	for _, need := range []string{"姓名", "证件号码"} {
		if _, ok := columns[need]; !ok {
			return nil, models.ErrRosterFile.With("表头里没有“" + need + "”")
		}
	}
	return columns, nil
}

// rosterEntry reads one row; why says, without repeating what is in it, what is wrong.
func (d *DB) rosterEntry(columns map[string]int, row []string) (e models.RosterEntry, why string) {
	cell := func(name string) string {
		if i, ok := columns[name]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	name, err := models.NormalName(cell("姓名"))
	if err != nil {
		return e, "姓名要2到30个字"
	}
	kind := models.ResidentID
	if label := cell("证件类型"); label != "" {
		kind = ""
		for _, k := range models.DocumentKinds() {
			if k.Label() == label || string(k) == label {
				kind = k
			}
		}
		if kind == "" {
			return e, "不认识的证件类型"
		}
	}
	doc, err := models.ParseDocument(kind, cell("证件号码"), d.Today())
	if err != nil {
		return e, models.MaskText(models.Refusal(err).ZH)
	}
	e = models.RosterEntry{
		NumberHash: d.hash("number", doc.Number), NameHash: d.hash("name", name), MaskedNumber: models.MaskDocument(doc.Number),
		MaskedName: models.MaskName(name), Town: clip(cell("镇街"), 40), Village: clip(cell("村社"), 60),
	}
	if e.NameSealed, err = d.seal(name); err != nil {
		return e, "这一行存不下来"
	}
	return e, ""
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// mergeRoster writes up to 500 rows and gives the hashes of those that are new or carry another name.
func (t *tx) mergeRoster(programmeID string, batch []models.RosterEntry, rep *RosterReport) (fresh []string, err error) {
	hashes := make([]string, len(batch))
	for i, e := range batch {
		hashes[i] = e.NumberHash
	}
	var old []models.RosterEntry
	if err := t.lock().Where("programme_id = ? AND number_hash IN ?", programmeID, hashes).Order("id").Find(&old).Error; err != nil {
		return nil, err
	}
	known := make(map[string]models.RosterEntry, len(old))
	for _, o := range old {
		known[o.NumberHash] = o
	}
	var add []models.RosterEntry
	for _, e := range batch {
		e.ProgrammeID, e.ImportedAt = programmeID, t.now
		o, have := known[e.NumberHash]
		switch {
		case !have:
			add, fresh = append(add, e), append(fresh, e.NumberHash)
		case o.NameHash == e.NameHash && o.Town == e.Town && o.Village == e.Village:
			rep.Same++
		default:
			rep.Changed++
			fresh = append(fresh, e.NumberHash)
			if err := t.g.Model(&o).Select("name_hash", "name_sealed", "masked_name", "town", "village", "imported_at").Updates(&e).Error; err != nil {
				return nil, err
			}
		}
	}
	rep.Added += len(add)
	if len(add) == 0 {
		return fresh, nil
	}
	return fresh, t.g.CreateInBatches(&add, 200).Error
}

// settle makes those eligible who were waiting or refused and whom the roster now names.
func (t *tx) settle(programmeID string, fresh []string, rep *RosterReport) error {
	if len(fresh) == 0 {
		return nil
	}
	var waiting []models.Eligibility
	err := t.lock().Table("eligibility").Where("programme_id = ? AND state IN ('asked', 'refused') AND resident_id IN (?)", programmeID,
		t.g.Table("residents").Joins("JOIN roster ON roster.number_hash = residents.number_hash AND roster.name_hash = residents.name_hash").
			Where("roster.programme_id = ? AND residents.number_hash IN ?", programmeID, fresh).Select("residents.id")).Order("id").Find(&waiting).Error
	if err != nil {
		return err
	}
	for _, e := range waiting {
		if err := t.moveCase(e, models.EligibilityApproved, models.BasisRoster, "", "", nil); err != nil {
			return err
		}
		if err := t.tell(e.ResidentID, "eligibility_decided", "您已在居民名册里，资格核对通过，可以领券了。回复“领券”。"); err != nil {
			return err
		}
		rep.Settled++
	}
	return nil
}

// Roster lists whom the home district has named, masked; after is the id of the last one seen, limit 1..100.
func (d *DB) Roster(ctx context.Context, after int64, limit int) (list []models.RosterEntry, err error) {
	err = d.read(ctx).Omit("name_sealed").Where("id > ?", after).Order("id").Limit(min(max(limit, 1), 100)).Find(&list).Error
	return list, err
}
