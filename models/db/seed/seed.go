// Package seed holds the data that comes with the program: the programme of 2021 as it was printed, and a
// demonstration's suppliers, products, pictures, people and staff, all of them made up and saying so.
package seed

import "embed"

// Files is the seed: JSON files, and one drawing per product and spot under pictures.
//
//go:embed *.json pictures/*.svg
var Files embed.FS
