package main

import (
	"net"
	"sync"
	"time"
)

// listener knows the connections that it let in. A browser opens some in advance and says nothing on them; the server
// would wait for the first word of each until its time to stop is over.
type listener struct {
	net.Listener
	mu   sync.Mutex
	open map[*conn]bool
}

func listen(addr string) (*listener, error) {
	ln, err := net.Listen("tcp", addr)
	return &listener{Listener: ln, open: map[*conn]bool{}}, err
}

// conn leaves its listener's list when it is closed.
type conn struct {
	net.Conn
	from *listener
}

// Accept lets a connection in.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	known := &conn{c, l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[known] = true
	return known, nil
}

// Close closes the connection.
func (c *conn) Close() error {
	c.from.mu.Lock()
	delete(c.from.open, c)
	c.from.mu.Unlock()
	return c.Conn.Close()
}

// hurry gives every connection until then to finish what it is sending. What was received whole is still answered:
// only reading ends.
func (l *listener) hurry(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		_ = c.SetReadDeadline(until) // one that fails is closed already
	}
}
