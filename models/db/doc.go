// Package db holds the verbs: one exported method of DB is one thing a person does, and one transaction.
//
// GORM, SQL and the sealing of personal data live here and nowhere else. Every write goes the same way: load, ask the
// pure rule in models, write with a guard (UPDATE … WHERE state = old, exactly one row), and add the audit entry and the
// notice in the same transaction. Three nets: the rule says why not, the guard says no to a race, CHECK and UNIQUE say
// no to a bug. Helpers that touch rows are methods of tx, so they cannot run outside a transaction.
//
// Read it in this order: DB and Open; SignIn; LinkFor, Consent and Register; DecideCase, Claim and Redeem; Products,
// SetBasket, PlaceOrder, BookPayment, Ship and AcceptOrder; Cases, ImportRoster, SetOffer and Figures. Then the chats:
// BeginMessage and Talk, what is said in one; LinkCode, StaffCode, BindByCode and Leave, whose it is; TakeNotices and
// EndNotice, what people are told without having asked; PageTicket, how a chat opens a page; Renew and Lead, what
// processes agree on.
//
// Two clocks: what the programme rules by is business time (Now, written_at, seen_at); sessions, codes, leases, pushes
// and what platforms allow go by real time, whatever the demonstration's clock says.
//
// It runs on SQLite (one process, one file) and on PostgreSQL (any number of processes) with the same statements.
package db
