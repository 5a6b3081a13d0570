package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/jieban/jieban/models"
)

type spanInput struct {
	From string `query:"from" doc:"first day; absent = 29 days before to"`
	To   string `query:"to" doc:"last day; absent = today"`
}

// span reads the days asked about.
func (a *App) span(in *spanInput) (from, to models.Day, err error) {
	to = a.DB.Today()
	if in.To != "" {
		if to, err = models.ParseDay(in.To); err != nil {
			return from, to, err
		}
	}
	from = to.Add(-29)
	if in.From != "" {
		from, err = models.ParseDay(in.From)
	}
	return from, to, err
}

type figuresView struct {
	From       models.Day            `json:"from"`
	To         models.Day            `json:"to"`
	Residents  int                   `json:"residents" doc:"who have registered"`
	Eligible   int                   `json:"eligible"`
	Undecided  int                   `json:"undecided"`
	Vouchers   int                   `json:"vouchers" doc:"live or used"`
	Cancelled  int                   `json:"cancelled"`
	Admitted   int                   `json:"admitted" doc:"people"`
	Refusals   int                   `json:"refusals" doc:"scans refused"`
	Messages   int                   `json:"messages" doc:"waiting for an answer"`
	PerSpotDay []models.SpotDay      `json:"per_spot_day"`
	Suppliers  []models.SupplierSums `json:"suppliers"`
	Total      models.Sums           `json:"total"`
}

type figuresOutput struct{ Body figuresView }

func (a *App) figures(ctx context.Context, in *spanInput) (*figuresOutput, error) {
	from, to, err := a.span(in)
	if err != nil {
		return nil, err
	}
	f, err := a.DB.Figures(ctx, from, to)
	if err != nil {
		return nil, err
	}
	return &figuresOutput{figuresView{
		From: f.From, To: f.To, Residents: f.Residents, Eligible: f.Eligible, Undecided: f.Undecided, Vouchers: f.Vouchers,
		Cancelled: f.Cancelled, Admitted: f.Admitted, Refusals: f.Refusals, Messages: f.Messages,
		PerSpotDay: orEmpty(f.PerSpotDay), Suppliers: orEmpty(f.BySupplier), Total: f.Total,
	}}, nil
}

type csvOutput struct {
	Type string `header:"Content-Type"`
	Name string `header:"Content-Disposition"`
	Body []byte
}

// figuresCSV gives the same as a file that spreadsheets open.
func (a *App) figuresCSV(ctx context.Context, in *spanInput) (*csvOutput, error) {
	from, to, err := a.span(in)
	if err != nil {
		return nil, err
	}
	f, err := a.DB.Figures(ctx, from, to)
	if err != nil {
		return nil, err
	}
	spots, err := a.DB.Spots(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, s := range spots {
		names[s.ID] = s.Name
	}
	return &csvOutput{
		Type: "text/csv; charset=utf-8", Name: `attachment; filename="figures-` + string(from) + "-" + string(to) + `.csv"`,
		Body: figuresFile(f, names),
	}, nil
}

// figuresFile writes UTF-8 with a byte order mark, without which Excel takes Chinese for something else.
func figuresFile(f models.Figures, spots map[string]string) []byte {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	row := func(cells ...string) {
		for i, c := range cells {
			cells[i] = plainCell(c)
		}
		_ = w.Write(cells) // into memory: it cannot fail
	}
	row("统计日期", string(f.From)+" 至 "+string(f.To))
	row("登记居民", strconv.Itoa(f.Residents), "符合资格", strconv.Itoa(f.Eligible), "待核对", strconv.Itoa(f.Undecided))
	row("有效或已用的券", strconv.Itoa(f.Vouchers), "取消", strconv.Itoa(f.Cancelled), "入园人数", strconv.Itoa(f.Admitted), "拒绝次数", strconv.Itoa(f.Refusals))
	row()
	row("景区", "日期", "领券人数", "入园人数")
	for _, d := range f.PerSpotDay {
		row(spots[d.SpotID], string(d.Day), strconv.Itoa(d.Claimed), strconv.Itoa(d.Admitted))
	}
	row()
	row("供应商", "订单数", "下单金额（元）", "已付（元）", "已发货（元）", "已收货（元）", "已退（元）")
	for _, s := range append(f.BySupplier, models.SupplierSums{Name: "合计", Sums: f.Total}) {
		row(s.Name, strconv.Itoa(s.Orders), s.OrderedFen.Yuan(), s.PaidFen.Yuan(), s.ShippedFen.Yuan(), s.AcceptedFen.Yuan(), s.RefundedFen.Yuan())
	}
	w.Flush()
	return b.Bytes()
}

// plainCell keeps a spreadsheet from taking a supplier's name for a formula.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
