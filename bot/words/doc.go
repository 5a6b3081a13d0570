// Package words understands a sentence as people type it, by words and patterns: offline, deterministic, no model and no
// memory of what was said before. It knows the names that it is given and nothing of the database or the conversation.
//
//   - Reader.Read turns a message into Heard: what is wanted (an Intent), where, when, how many people, which goods, and
//     what must be asked back (Ask).
//   - text.go brings a message to one form; names.go finds spots and products in it; date.go and holiday.go, people.go,
//     quantity.go and number.go read what else it holds; intent.go weighs the whole.
package words
