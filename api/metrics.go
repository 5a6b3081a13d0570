package api

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// buckets are the upper bounds of the duration histogram, in seconds.
var buckets = []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// metrics counts what was answered, in Prometheus' text format. Routes are named by their pattern, so that an address
// with a code in it is never a label and strangers cannot make labels up.
type metrics struct {
	mu    sync.Mutex
	count map[metricKey]int64
	spent map[string]*histogram
}

type metricKey struct {
	method, route string
	status        int
}

type histogram struct {
	within []int64
	sum    float64
	count  int64
}

func newMetrics() *metrics {
	return &metrics{count: map[metricKey]int64{}, spent: map[string]*histogram{}}
}

// measure counts and times every request, and answers its error, so that the status is known here.
func (a *App) measure(c *fiber.Ctx) error {
	start := a.RealClock()
	err := c.Next()
	if err != nil {
		err = a.fail(c, err)
	}
	a.metrics.add(c.Method(), routeOf(c), c.Response().StatusCode(), a.RealClock().Sub(start))
	return err
}

func (m *metrics) add(method, route string, status int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count[metricKey{method, route, status}]++
	h := m.spent[route]
	if h == nil {
		h = &histogram{within: make([]int64, len(buckets))}
		m.spent[route] = h
	}
	for i, le := range buckets {
		if took.Seconds() <= le {
			h.within[i]++
		}
	}
	h.sum += took.Seconds()
	h.count++
}

// text writes Prometheus' text format, in a stable order.
func (m *metrics) text() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	b.WriteString("# HELP jieban_requests_total Requests answered.\n# TYPE jieban_requests_total counter\n")
	keys := slices.SortedFunc(maps.Keys(m.count), func(a, b metricKey) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	for _, k := range keys {
		fmt.Fprintf(&b, "jieban_requests_total{method=%q,route=%q,status=\"%d\"} %d\n", k.method, k.route, k.status, m.count[k])
	}
	b.WriteString("# HELP jieban_request_seconds Time until the answer was written.\n# TYPE jieban_request_seconds histogram\n")
	for _, route := range slices.Sorted(maps.Keys(m.spent)) {
		h := m.spent[route]
		for i, le := range buckets {
			fmt.Fprintf(&b, "jieban_request_seconds_bucket{route=%q,le=%q} %d\n", route, strconv.FormatFloat(le, 'g', -1, 64), h.within[i])
		}
		fmt.Fprintf(&b, "jieban_request_seconds_bucket{route=%q,le=\"+Inf\"} %d\n", route, h.count)
		fmt.Fprintf(&b, "jieban_request_seconds_sum{route=%q} %g\njieban_request_seconds_count{route=%q} %d\n", route, h.sum, route, h.count)
	}
	return b.String()
}

// channelCounts writes what the channels have counted: answers, repeats, and what was wrong with the rest.
func (a *App) channelCounts() string {
	var b strings.Builder
	b.WriteString("# HELP jieban_channel_total What came through a chat platform.\n# TYPE jieban_channel_total counter\n")
	for _, channel := range slices.Sorted(maps.Keys(a.Counts)) {
		counts := a.Counts[channel]()
		for _, what := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(&b, "jieban_channel_total{channel=%q,what=%q} %d\n", channel, what, counts[what])
		}
	}
	return b.String()
}

// showMetrics is for Prometheus.
func (a *App) showMetrics(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, "text/plain; version=0.0.4; charset=utf-8")
	return c.SendString(a.metrics.text() + a.channelCounts())
}

// healthz says that the process is up.
func (a *App) healthz(c *fiber.Ctx) error { return c.SendString("ok\n") }

// readyz says that the database answers.
func (a *App) readyz(c *fiber.Ctx) error {
	if err := a.DB.Ping(c.UserContext()); err != nil {
		a.Log.Error("not ready", "err", err)
		return c.Status(fiber.StatusServiceUnavailable).SendString("database away\n")
	}
	return c.SendString("ready\n")
}
