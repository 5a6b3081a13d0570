// Package bot is the conversation: what a person writes comes in, replies of four kinds go out. It knows no platform; a
// channel (webchat, wechat, telegram) translates. Everything it does it does through the verbs of models/db, in process,
// so that the chat, the pages and the API refuse alike, with the same sentences.
//
//   - Engine answers one message (bot.go); a turn is the answering of one message (turn.go); a talk is what is
//     remembered between two of them (talk.go): the step, the slots filled so far, what was said last.
//   - package words hears what a sentence asks for; hear.go asks it with the names that are in the database.
//   - A message is read as a word that means the same everywhere (command.go), a doubt (why.go), an answer to the
//     question that stands (step.go), or a wish (wish.go), in this order. Questions beside the errand (ask.go) come before
//     the answers. What nobody understood is read anew as words spells it, or from pieces, or gets a hint (hint.go).
//   - What is no sentence comes first: a scanned poster or a start link, and what can be neither read nor seen (scene.go).
//   - The rest is one noun a file: consent.go, resident.go, number.go, evidence.go, offer.go and claim.go lead to a
//     voucher, which voucher.go shows; shop.go, basket.go, pack.go, order.go and address.go lead to an order, which mine.go
//     shows; link.go and phone.go open a record in another chat; message.go and help.go do the rest.
//   - Members of staff talk here too, once a chat is bound to their account (staff.go): a gate scans (gate.go), a supplier
//     ships (ship.go). To everybody else their words mean nothing.
//   - channel.go holds what all channels share, push.go what a channel's Send may answer; the outbox in cmd acts on it.
//   - testdata/*.talk are whole talks that an officer can read and write; a test plays them on both
//     databases, another through every channel.
//
// Rules of the house: short sentences for a person of seventy; every answer ends in something to tap; 返回 and 取消 work
// everywhere; a refusal is spoken in the words of the verb; no document number or phone is ever repeated in a reply.
package bot
