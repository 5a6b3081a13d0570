package api

import (
	"context"
	"slices"
	"strconv"

	"github.com/jieban/jieban/models"
)

type spanInput struct {
	From string `query:"from" doc:"first day; absent = 29 days before to"`
	To   string `query:"to" doc:"last day; absent = today"`
}

// figuresIn counts what happened in the days asked about.
func (a *App) figuresIn(ctx context.Context, in *spanInput) (models.Figures, error) {
	to, err := optionalDay(in.To)
	if err != nil {
		return models.Figures{}, err
	}
	if to == "" {
		to = a.DB.Today()
	}
	from, err := optionalDay(in.From)
	if err != nil {
		return models.Figures{}, err
	}
	if from == "" {
		from = to.Add(-29)
	}
	return a.DB.Figures(ctx, from, to)
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
	f, err := a.figuresIn(ctx, in)
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
	f, err := a.figuresIn(ctx, in)
	if err != nil {
		return nil, err
	}
	spots, err := a.DB.Spots(ctx)
	if err != nil {
		return nil, err
	}
	return &csvOutput{mimeCSV, attachment("figures-" + string(f.From) + "-" + string(f.To) + ".csv"), csvFile(figureRows(f, spots))}, nil
}

// figureRows is all of it in one table: the counts, then the visits, then the sales.
func figureRows(f models.Figures, spots []models.Spot) [][]string {
	n := strconv.Itoa
	head := [][]string{
		{"统计日期", string(f.From) + " 至 " + string(f.To)},
		{"登记居民", n(f.Residents), "符合资格", n(f.Eligible), "待核对", n(f.Undecided)},
		{"有效或已用的券", n(f.Vouchers), "取消", n(f.Cancelled), "入园人数", n(f.Admitted), "拒绝次数", n(f.Refusals)},
		nil,
	}
	return slices.Concat(head, visitRows(f, spots), [][]string{nil}, saleRows(f))
}

func visitRows(f models.Figures, spots []models.Spot) [][]string {
	names := map[string]string{}
	for _, s := range spots {
		names[s.ID] = s.Name
	}
	rows := [][]string{{"日期", "景区", "预约人数", "入园人数"}}
	for _, d := range f.PerSpotDay {
		rows = append(rows, []string{string(d.Day), names[d.SpotID], strconv.Itoa(d.Claimed), strconv.Itoa(d.Admitted)})
	}
	return rows
}

func saleRows(f models.Figures) [][]string {
	rows := [][]string{{"供应商", "订单数", "下单金额(元)", "已付金额(元)", "已发货金额(元)", "已收货金额(元)", "已退款金额(元)"}}
	row := func(name string, s models.Sums) {
		rows = append(rows, []string{
			name, strconv.Itoa(s.Orders), s.OrderedFen.Yuan(), s.PaidFen.Yuan(), s.ShippedFen.Yuan(), s.AcceptedFen.Yuan(), s.RefundedFen.Yuan(),
		})
	}
	for _, s := range f.BySupplier {
		row(s.Name, s.Sums)
	}
	row("合计", f.Total)
	return rows
}
