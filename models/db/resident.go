package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jieban/jieban/models"
	"gorm.io/gorm"
)

// Standing is all that is known of the person behind a link.
type Standing struct {
	Link        models.Link
	Resident    *models.Resident
	Account     *models.Account // a member of staff who talks to us here
	Eligibility *models.Eligibility
	Consents    map[models.ConsentKind]bool
	Decision    models.Decision // on residency alone
}

// Consented says whether both consents that a claim needs are given.
func (s Standing) Consented() bool {
	return s.Consents[models.ConsentSensitive] && s.Consents[models.ConsentSharing]
}

// Standing tells who is behind a link and where they stand.
func (d *DB) Standing(ctx context.Context, linkID int64) (s Standing, err error) {
	p, err := d.Programme(ctx)
	if err != nil {
		return s, err
	}
	t := &tx{g: d.read(ctx), d: d, now: d.Now()}
	return t.standing(p, linkID)
}

func (t *tx) standing(p models.Programme, linkID int64) (s Standing, err error) {
	if err := found(t.g.Take(&s.Link, linkID).Error, "这个会话"); err != nil {
		return s, err
	}
	if s.Consents, err = t.consents(linkID); err != nil {
		return s, err
	}
	if s.Link.AccountID != nil {
		if err := t.g.Take(&s.Account, *s.Link.AccountID).Error; err != nil {
			return s, err
		}
	}
	if s.Link.ResidentID != nil {
		var r models.Resident
		if err := t.g.Take(&r, *s.Link.ResidentID).Error; err != nil {
			return s, err
		}
		if err := t.d.readNumber(&r); err != nil {
			return s, err
		}
		s.Resident = &r
		if s.Eligibility, err = t.eligibility(p.ID, r.ID); err != nil {
			return s, err
		}
	}
	s.Decision = models.Decide(models.Question{
		Programme: p, Resident: s.Resident, Eligibility: s.Eligibility, Guardian: s.Consents[models.ConsentGuardian], Now: t.now,
	})
	return s, nil
}

func (t *tx) eligibility(programme string, resident int64) (*models.Eligibility, error) {
	var e models.Eligibility
	err := t.g.Where("programme_id = ? AND resident_id = ?", programme, resident).Take(&e).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &e, err
}

// Registration is what a person says of themselves.
type Registration struct {
	Kind   models.DocumentKind
	Number string
	Name   string
	Phone  string // "" = none
	Town   string // where they say they live; "" = not said. One outside the zone decides against them, openly.
}

// Register binds a link to the person of a document, and decides by the roster at once. The first proof of number and
// name binds; from then on it takes the bound session, a code from it, or an officer (ErrBoundElsewhere).
// Other refusals: ErrConsentNeeded, the document's own, ErrNameInvalid, ErrNameMismatch, ErrAlreadyBound.
func (d *DB) Register(ctx context.Context, linkID int64, r Registration) (s Standing, err error) {
	p, err := d.Programme(ctx)
	if err != nil {
		return s, err
	}
	doc, err := models.ParseDocument(r.Kind, r.Number, d.Today())
	if err != nil {
		return s, err
	}
	if r.Name, err = models.NormalName(r.Name); err != nil {
		return s, err
	}
	if r.Phone != "" {
		if r.Phone, err = models.ParsePhone(r.Phone); err != nil {
			return s, err
		}
	}
	err = d.write(ctx, func(t *tx) error {
		s, err = t.register(p, linkID, doc, r)
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return s, models.ErrBoundElsewhere // another session registered the same number at this very moment
	}
	return s, err
}

func (t *tx) register(p models.Programme, linkID int64, doc models.Document, r Registration) (s Standing, err error) {
	var l models.Link
	if err := found(t.lock().Take(&l, linkID).Error, "这个会话"); err != nil {
		return s, err
	}
	given, err := t.consents(linkID)
	if err != nil {
		return s, err
	}
	if !given[models.ConsentSensitive] {
		return s, models.ErrConsentNeeded
	}
	res, err := t.residentFor(p, l, doc, r)
	if err != nil {
		return s, err
	}
	if l.ResidentID == nil {
		if err := t.bind(l.ID, res.ID); err != nil {
			return s, err
		}
	}
	if err := t.decideByRoster(p, res); err != nil {
		return s, err
	}
	return t.standing(p, linkID)
}

// residentFor finds the person of a document, or makes them, if this link may speak for them.
func (t *tx) residentFor(p models.Programme, l models.Link, doc models.Document, r Registration) (*models.Resident, error) {
	hash, name := t.d.hash("number", doc.Number), t.d.hash("name", r.Name)
	var res models.Resident
	err := t.lock().Where("number_hash = ?", hash).Take(&res).Error
	fresh := errors.Is(err, gorm.ErrRecordNotFound)
	if err != nil && !fresh {
		return nil, err
	}
	if l.ResidentID != nil && (fresh || *l.ResidentID != res.ID) {
		var other models.Resident
		if err := t.g.Take(&other, *l.ResidentID).Error; err != nil {
			return nil, err
		}
		return nil, models.ErrAlreadyBound.With(other.MaskedName)
	}
	if !fresh {
		return &res, t.mayOpen(l, &res, name, r)
	}
	var listed models.RosterEntry
	err = t.g.Where("programme_id = ? AND number_hash = ?", p.ID, hash).Take(&listed).Error
	if err == nil && listed.NameHash != name {
		return nil, models.ErrNameMismatch
	}
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, err
	}
	return t.newResident(doc, r, hash, name)
}

// mayOpen refuses a record that is bound to another session, and a wrong name. Which of the two it is must not be
// told apart by a stranger, so being bound is asked first.
func (t *tx) mayOpen(l models.Link, res *models.Resident, name string, r Registration) error {
	if l.ResidentID == nil {
		var elsewhere int64
		if err := t.g.Model(&models.Link{}).Where("resident_id = ? AND channel <> ?", res.ID, keptChannel).Count(&elsewhere).Error; err != nil {
			return err
		}
		if elsewhere > 0 {
			return models.ErrBoundElsewhere
		}
	}
	if res.NameHash != name {
		return models.ErrNameMismatch
	}
	if r.Town == "" {
		return nil
	}
	res.Town = r.Town
	return t.g.Model(res).Update("town", r.Town).Error
}

func (t *tx) newResident(doc models.Document, r Registration, hash, name string) (*models.Resident, error) {
	res := models.Resident{
		DocumentKind: doc.Kind, NumberHash: hash, NameHash: name, MaskedNumber: models.MaskDocument(doc.Number),
		MaskedName: models.MaskName(r.Name), Birth: doc.Birth, Area: doc.Area, Town: r.Town, CreatedAt: t.now,
	}
	var err error
	if res.NumberSealed, err = t.d.seal(doc.Number); err != nil {
		return nil, err
	}
	if res.NameSealed, err = t.d.seal(r.Name); err != nil {
		return nil, err
	}
	if res.PhoneSealed, err = t.d.seal(r.Phone); err != nil {
		return nil, err
	}
	return &res, t.g.Create(&res).Error
}

// readNumber fills in what a person's number says of them: birth and area are kept nowhere else.
func (d *DB) readNumber(r *models.Resident) error {
	number, err := d.open(r.NumberSealed)
	if err != nil || number == "" {
		return err
	}
	// It was checked when it came in. What it says today is all that is asked, so a later rule refuses nobody.
	doc, _ := models.ParseDocument(r.DocumentKind, number, d.Today())
	r.Birth, r.Area = doc.Birth, doc.Area
	return nil
}

// bind ties a link to a person, and the consents given before with it.
func (t *tx) bind(linkID, residentID int64) error {
	if err := one(t.g.Exec("UPDATE links SET resident_id = ? WHERE id = ? AND resident_id IS NULL", residentID, linkID)); err != nil {
		return err
	}
	if err := t.g.Exec("UPDATE consents SET resident_id = ? WHERE link_id = ? AND resident_id IS NULL", residentID, linkID).Error; err != nil {
		return err
	}
	if err := t.takeOver(residentID, linkID); err != nil {
		return err
	}
	return t.audit(ByLink(linkID), "resident.bind", fmt.Sprintf("resident:%d", residentID), "")
}

// Release unbinds a person from every session, so that they can register anew: an officer has seen who they are. What
// is theirs waits for the session they bind next. A one-time code still out would let the lost phone back in, so it
// ends too. It answers ErrNotFound.
func (d *DB) Release(ctx context.Context, by models.Account, residentID int64) error {
	return d.write(ctx, func(t *tx) error {
		if err := found(t.lock().Select("id").Take(&models.Resident{}, residentID).Error, "这位居民"); err != nil {
			return err
		}
		if err := t.g.Exec("DELETE FROM link_codes WHERE resident_id = ?", residentID).Error; err != nil {
			return err
		}
		kept, err := t.keptLink(residentID)
		if err != nil {
			return err
		}
		links, err := t.linksOf(models.Link{ResidentID: &residentID})
		if err != nil {
			return err
		}
		for _, id := range links {
			if id == kept.ID {
				continue
			}
			if err := t.unbind(residentID, id, kept); err != nil {
				return err
			}
		}
		return t.audit(ByAccount(by.ID), "resident.release", fmt.Sprintf("resident:%d", residentID), "")
	})
}

// HeldVoucher is a voucher that can still be used, without the code that would admit somebody.
type HeldVoucher struct {
	ID       int64
	Spot     string // its name
	Day      models.Day
	Party    int
	Admitted int
}

// ResidentFile is what an officer reads of a person at the window, masked.
type ResidentFile struct {
	Resident    models.Resident     // without what is sealed
	Eligibility *models.Eligibility // nil = never asked
	Decision    models.Decision     // on residency alone, with every reason
	Vouchers    []HeldVoucher       // live ones, the next visit first; at most 100
	Bound       bool                // to a session
}

// FindResident looks a person up by their document's number, however it is written, and leaves an audit entry of the
// attempt, found or not: guessing must show. The number is in no entry. It answers ErrInvalid for an empty one and
// ErrNotFound where nobody has registered with it.
func (d *DB) FindResident(ctx context.Context, by models.Account, number string) (f ResidentFile, err error) {
	if number = models.NormalDocument(number); number == "" {
		return f, models.ErrInvalid.With("请填写证件号码")
	}
	var unknown bool
	err = d.write(ctx, func(t *tx) error {
		var r models.Resident
		err := t.g.Select("id").Where("number_hash = ?", d.hash("number", number)).Take(&r).Error
		if unknown = errors.Is(err, gorm.ErrRecordNotFound); unknown {
			return t.audit(ByAccount(by.ID), "resident.find", "resident:none", "")
		}
		if err != nil {
			return err
		}
		if f, err = t.residentFile(r.ID); err != nil {
			return err
		}
		return t.audit(ByAccount(by.ID), "resident.find", fmt.Sprintf("resident:%d", r.ID), "")
	})
	if err == nil && unknown {
		err = models.ErrNotFound.With("用这个证件号码登记的居民")
	}
	return f, err
}

// ReadResident opens the file of a person found before. It answers ErrNotFound.
func (d *DB) ReadResident(ctx context.Context, id int64) (ResidentFile, error) {
	t := &tx{g: d.read(ctx), d: d, now: d.Now()}
	return t.residentFile(id)
}

func (t *tx) residentFile(id int64) (f ResidentFile, err error) {
	if err := found(t.g.Omit("name_sealed", "phone_sealed").Take(&f.Resident, id).Error, "这位居民"); err != nil {
		return f, err
	}
	if err := t.d.readNumber(&f.Resident); err != nil {
		return f, err
	}
	f.Resident.NumberSealed = nil
	q := models.Question{Resident: &f.Resident, Now: t.now}
	if err := found(t.g.Order("no").Take(&q.Programme).Error, "优惠活动"); err != nil {
		return f, err
	}
	if f.Eligibility, err = t.eligibility(q.Programme.ID, id); err != nil {
		return f, err
	}
	if err := t.g.Raw(`SELECT EXISTS (SELECT 1 FROM links WHERE resident_id = ? AND channel <> ?), EXISTS (SELECT 1 FROM consents WHERE resident_id = ?
		AND kind = ? AND version = ? AND withdrawn_at IS NULL)`, id, keptChannel, id, models.ConsentGuardian, models.ConsentVersion).
		Row().Scan(&f.Bound, &q.Guardian); err != nil {
		return f, err
	}
	q.Eligibility = f.Eligibility
	f.Decision = models.Decide(q)
	return f, t.g.Raw(`SELECT v.id, s.name AS spot, v.visit_day AS day, v.party, v.admitted FROM vouchers v JOIN spots s ON s.id = v.spot_id
		WHERE v.resident_id = ? AND v.state = 'issued' AND v.visit_day >= ? ORDER BY v.visit_day, v.id LIMIT 100`,
		id, models.DayOf(t.now)).Scan(&f.Vouchers).Error
}
