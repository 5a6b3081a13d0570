package bot

import (
	"errors"
	"time"
)

// What a channel's Send may answer beside nil and a fault. The outbox acts on them; everything else is tried again.
var (
	// ErrGone: the person blocked us or does not follow us any more. Nothing is sent to them until they write again.
	ErrGone = errors.New("the person is gone")
	// ErrNoWindow: the platform allows no push to this person now. What was to be said waits for their next message.
	ErrNoWindow = errors.New("no push is allowed now")
)

// RetryAfter is the platform's wish to be left alone for a while.
type RetryAfter time.Duration

func (r RetryAfter) Error() string { return "the platform asks to wait " + time.Duration(r).String() }
