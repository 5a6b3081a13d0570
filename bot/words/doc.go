// Package words understands a sentence as people type it, by words and patterns: offline, deterministic, no model and no
// memory of what was said before. It knows the names that it is given and nothing of the database or the conversation.
//
// There is one reading with two views: Reader.Read gives Heard, with all that a conversation can ask about, and
// Reader.Understand gives Understood, which `jieban understand` prints and anybody can measure. A sentence goes through:
//
//   - text.go and script.go bring it to one form, pinyin.go turns pinyin into characters and affirm.go takes double denials out;
//     mark.go finds spots and products in it, by the names of names.go or, where
//     none is written, by ear: sound.go is how Chongqing hears a character, slip.go what a finger gets wrong.
//   - correct.go finds where somebody corrects themselves; what is taken back is dropped by every reader that follows.
//   - date.go, weekday.go, calendar.go and holiday.go read the day; spot.go the place; people.go, person.go, band.go and kin.go who
//     goes and who stays; quantity.go, unit.go, goods.go and number.go what is wanted and how much.
//   - rules.go holds the words of every errand, rule.go finds them in one pass, short.go knows whole messages, keyword.go
//     mends misspelt words where no rule fits; intent.go and others.go weigh the whole.
package words
