package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// job is something that runs by itself, again and again. Every job is safe to run in several processes at once.
type job struct {
	name  string
	every time.Duration // 0: it runs until it is stopped
	run   func(context.Context) error
}

// jobTimeout bounds one run, calls to a payment provider included.
const jobTimeout = 30 * time.Second

// runJobs runs each job in its own rhythm until ctx ends, and waits for those under way.
func runJobs(ctx context.Context, jobs []job) (wait func()) {
	var wg sync.WaitGroup
	for _, j := range jobs {
		wg.Go(func() {
			if j.every == 0 {
				j.told(j.run(ctx))
				return
			}
			tick := time.NewTicker(j.every)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					j.once(ctx)
				}
			}
		})
	}
	return wg.Wait
}

// once runs a job to its end even where the service is being stopped: what was begun is finished.
func (j job) once(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobTimeout)
	defer cancel()
	j.told(j.run(ctx))
}

func (j job) told(err error) {
	if err != nil {
		slog.Error("job failed", "job", j.name, "err", err)
	}
}
