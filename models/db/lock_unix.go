//go:build unix

package db

import (
	"fmt"
	"os"
	"syscall"
)

// lockFile waits until no other process holds the file, and gives the function that lets it go.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot lock the database: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("cannot lock the database: %w", err)
	}
	return func() { _ = f.Close() }, nil
}
