package bot

import (
	"maps"
	"sync"
	"time"
)

// What every channel needs alike: the bounds of what people send, the session of the phone pages, and counters.

// MaxPhoto is the largest photo that a channel takes, in bytes.
const MaxPhoto = 8 << 20

// SessionCookie holds the session of the phone pages, for SessionFor: one session serves chat, pages and API.
const (
	SessionCookie = "jieban_session"
	SessionFor    = 180 * 24 * time.Hour
)

// Counts says how often each thing happened in a channel since the start, by its name. The zero value has counted
// nothing. It is safe for concurrent use.
type Counts struct {
	mu sync.Mutex
	n  map[string]int64
}

// Add counts one of a kind.
func (c *Counts) Add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int64{}
	}
	c.n[what]++
}

// Of is how many of a kind there were.
func (c *Counts) Of(what string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[what]
}

// All gives a copy of the counts.
func (c *Counts) All() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}
