package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/jieban/jieban/bot/wechat"
)

type wechatCmd struct {
	Setup wechatSetupCmd `cmd:"" help:"Set the account's menu, and make a lasting QR code for every scenic spot (posters)."`
}

type wechatSetupCmd struct {
	store
	WeChat    wechatConf `embed:"" prefix:"wechat-"`
	PublicURL string     `env:"JIEBAN_PUBLIC_URL" required:"" help:"Address that people use."`
}

// Run sets up the service account. It may be run again whenever spots or addresses change.
func (c wechatSetupCmd) Run(ctx context.Context) error {
	d, err := c.open(ctx, c.PublicURL)
	if err != nil {
		return err
	}
	defer d.Close()
	base := strings.TrimSuffix(c.PublicURL, "/")
	ch, err := c.WeChat.channel(people{d: d, base: base}, nil)
	if err != nil {
		return err
	}
	if ch == nil {
		return errors.New("JIEBAN_WECHAT_APPID is not set")
	}
	spots, err := d.Spots(ctx)
	if err != nil {
		return err
	}
	scenes := make([]wechat.Scene, len(spots))
	for i, s := range spots {
		scenes[i] = wechat.SpotScene(s.ID, s.Name)
	}
	codes, err := ch.Setup(ctx, wechat.DefaultMenu(base, c.WeChat.OAuth), scenes)
	if len(codes) == 0 {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "spot\tcontent of the code\tpicture")
	for _, code := range codes {
		fmt.Fprintf(w, "%s\t%s\t%s\n", code.Scene.Name, code.URL, code.Picture)
	}
	return errors.Join(err, w.Flush()) // the codes that were made count, whatever came after
}
