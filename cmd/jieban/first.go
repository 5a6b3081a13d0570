package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// welcome tells a newcomer where everything is and as whom to try it.
func welcome(w io.Writer, base string, d *db.DB) error {
	samples, err := db.Samples()
	if err != nil {
		return err
	}
	accounts, err := db.DemoAccounts()
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "\n结伴 jieban %s · 演示 demonstration · 业务时间 %s\n\n", version, d.Now().In(models.Zone).Format("2006-01-02 15:04"))
	for _, p := range [][2]string{
		{"/", "居民聊天 resident chat"},
		{"/shop", "特产商店 shop"},
		{"/gate", "景区检票 gate"},
		{"/supplier", "供应商 supplier"},
		{"/officer", "经办员 officer"},
		{"/docs", "接口文档 API"},
	} {
		fmt.Fprintf(t, "  %s%s\t%s\n", base, p[0], p[1])
	}
	fmt.Fprint(t, "\n  登录名 login\t密码 password\t\n")
	for _, a := range accounts {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", a.Login, a.Password, a.Name)
	}
	fmt.Fprint(t, "\n  样例居民 sample residents（虚构 made up）\t\t\n")
	for _, s := range samples {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", s.Name, s.Number, s.Label)
	}
	fmt.Fprintln(t, strings.Repeat(" ", 2))
	return t.Flush()
}
