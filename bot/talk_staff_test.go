package bot_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jieban/jieban/bot"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// directStaff lets staff act at their pages, and phones receive texts. false: another direction.
func (s *stage) directStaff(w []string) (bool, error) {
	arg := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	who, _ := strconv.Atoi(arg(1))
	switch w[0] {
	case "sms": // codes can be sent to phones; $sms is the last one
		s.texts = make(chan string, 10)
		s.restart()
		return true, nil
	case "phone": // @ phone 1 13800001234: person 1 has left a phone
		_, err := s.d.KeepPhone(s.t.Context(), s.link(who), arg(2))
		return true, err
	case "staffcode": // @ staffcode farm-apeng: their page shows a code, which is $code from now on
		a, err := s.account(arg(1))
		if err == nil {
			s.code, err = s.d.StaffCode(s.t.Context(), a)
		}
		return true, err
	case "hire": // @ hire walker: somebody who scans wherever they are sent
		_, err := s.d.AddAccount(s.t.Context(), db.System, db.NewAccount{Login: arg(1), Name: "机动检票员", Role: models.RoleGate, Password: "long-enough-password"})
		return true, err
	case "shows": // @ shows 1 3: person 1 shows the newest voucher, and person 3 scans it from their chat
		return true, s.shows(who, arg(2), true)
	case "pastes": // @ pastes 1 3: person 3 pastes the address of the newest voucher of person 1
		return true, s.shows(who, arg(2), false)
	}
	return false, nil
}

func (s *stage) account(login string) (models.Account, error) {
	list, err := s.d.Accounts(s.t.Context())
	for _, a := range list {
		if a.Login == login {
			return a, err
		}
	}
	return models.Account{}, fmt.Errorf("no account %s: %w", login, err)
}

func (s *stage) shows(holder int, scanner string, scan bool) error {
	by, _ := strconv.Atoi(scanner)
	views, err := s.d.Vouchers(s.t.Context(), s.link(holder))
	if err != nil || len(views) == 0 {
		return fmt.Errorf("no voucher: %w", err)
	}
	newest := views[0]
	for _, v := range views {
		if v.Voucher.ID > newest.Voucher.ID {
			newest = v
		}
	}
	in := bot.In{LinkID: s.link(by), Text: "http://localhost:8080/v/" + newest.Token}
	if scan {
		in.Scan, in.Text = in.Text, ""
	}
	s.send(in)
	return nil
}

// sms is the phones' side: a text arrives when it arrives.
func (s *stage) sms() func(context.Context, string, string) error {
	if s.texts == nil {
		return nil
	}
	return func(_ context.Context, phone, text string) error {
		s.texts <- phone + " " + text
		return nil
	}
}

var eightAlone = regexp.MustCompile(`\b\d{8}\b`)

// arrived puts the code that a phone received into what is said.
func (s *stage) arrived(text string) string {
	if !strings.Contains(text, "$sms") {
		return text
	}
	select {
	case sent := <-s.texts:
		return strings.ReplaceAll(text, "$sms", eightAlone.FindString(sent))
	case <-time.After(10 * time.Second):
		s.t.Error("no text has arrived")
		return text
	}
}
