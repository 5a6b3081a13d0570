// Command jieban is the whole service in one binary: `jieban` (the same as `jieban serve`) runs it.
//
// This package is wiring only. The table of subcommands is the cli type; config.go says what can be set, serve.go what
// is started and stopped, jobs.go what runs by itself, first.go what a first start prints.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the linker for a release.
var version = "dev"

// cli is the table of subcommands.
type cli struct {
	Serve      serveCmd      `cmd:"" default:"withargs" help:"Run the service: pages, API, chat and jobs. The default."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the database up to date and stop."`
	Account    accountCmd    `cmd:"" help:"Manage the accounts of staff."`
	WeChat     wechatCmd     `cmd:"" name:"wechat" help:"Set up the WeChat service account."`
	Keys       keysCmd       `cmd:"" help:"Make the key file that production needs. Keep a copy in a safe place: without it sealed data is lost."`
	Health     healthCmd     `cmd:"" help:"Ask a running service whether it is well; for container health checks."`
	Understand understandCmd `cmd:"" help:"Read sentences, one a line, and print what is understood of each as a line of JSON."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

func main() {
	var c cli
	parser := kong.Must(&c, kong.Name("jieban"), kong.Description("结伴: a pair of districts' mutual-help programme in one binary."), kong.UsageOnError())
	run, err := parser.Parse(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "jieban: %v (see jieban --help)\n", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run.BindTo(ctx, (*context.Context)(nil))
	if err := run.Run(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "jieban:", strings.Join(strings.Fields(err.Error()), " ")) // one line, whatever a driver says
		stop()
		os.Exit(1)
	}
}

type versionCmd struct{}

func (versionCmd) Run() error {
	fmt.Println("jieban", version)
	return nil
}
