package main

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A browser opens connections in advance, and some send half a request and no more. None of them keeps the service from
// stopping in good order, and a request that came whole is answered.
func TestStopsThoughConnectionsAreSilent(t *testing.T) {
	s := start(t, t.TempDir())
	open := func(said string) net.Conn {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if _, err := c.Write([]byte(said)); err != nil {
			t.Fatal(err)
		}
		return c
	}
	const head = "POST /api/v1/chat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n"
	open("")
	open("POST /api/v1/chat HTTP/1.1\r\nHost: x\r\n")
	open(head + `{"text"`)
	slow := open(head + `{"text":`)
	if res, err := http.Get(s.base + "/readyz"); err != nil || res.StatusCode != http.StatusOK { // all were let in by now
		t.Fatal(res, err)
	}
	answer := make(chan string)
	go func() {
		time.Sleep(time.Second) // the stop has begun
		_, _ = slow.Write([]byte(`"你好"}`))
		status, _ := bufio.NewReader(slow).ReadString('\n')
		answer <- status
	}()
	began := time.Now()
	s.stop()
	if took := time.Since(began); took > drainFor-time.Second {
		t.Errorf("stopping took %v", took)
	}
	if status := <-answer; !strings.Contains(status, "200 OK") {
		t.Errorf("a request on its way was answered %q", status)
	}
}
