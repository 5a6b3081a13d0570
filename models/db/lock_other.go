//go:build !unix

package db

// lockFile does nothing where there is no flock: start one process at a time there.
func lockFile(string) (unlock func(), err error) { return func() {}, nil }
