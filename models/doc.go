// Package models holds the nouns of a pair of districts' mutual-help programme, and their rules.
//
// A programme joins a home district, whose residents travel and buy, to a host district, whose scenic spots
// receive them and whose suppliers sell. Read it in this order:
//
//   - Programme, Spot, Offer: what is given, where, and within which limits. All of it is data.
//   - Resident, Consent, Evidence, Eligibility: who may use it. Decide answers with every reason at once.
//   - Voucher, Token, Redemption: what a resident holds, what its QR code says, and what a gate made of it.
//   - Supplier, Product, SKU, StockMove: what is sold. Place turns a basket into one order per supplier.
//   - Order, Payment, Refund, Shipment: what becomes of it. Each state machine is a table, a Machine.
//   - Account, Message, Notice, Audit, Figures: who works here, what is said, and what is answered for.
//
// Rules are pure: state and time come in, a value or a refusal (Error) goes out. Nothing here reads a clock,
// a disk or a random source. Money is Fen, a civil date is a Day in Asia/Shanghai, an instant is UTC.
package models
