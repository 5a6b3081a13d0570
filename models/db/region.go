package db

import "github.com/jieban/jieban/models/db/seed"

// Regions is the list of provinces, cities and districts for addresses, as JSON: each is ["code", "name", [inside]].
func Regions() []byte {
	raw, err := seed.Files.ReadFile("regions.json")
	if err != nil {
		panic(err) // embedded: it is there or the program was not built
	}
	return raw
}
