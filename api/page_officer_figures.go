package api

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
)

// columnsMost is how many days are drawn one by one.
const columnsMost = 31

// figuresBody is what officer_figures.html shows.
type figuresBody struct {
	From, To string // as typed
	Problem  string
	Spans    []NavItem
	Query    string // the span, for the exports

	Figures  models.Figures
	Spots    []spotTally
	All      spotTally
	Days     []dayRow
	PerSpot  chart[int]
	PerDay   chart[int]
	ByMonth  bool // PerDay counts months: there are too many days
	PerGoods chart[models.Fen]
}

// dayRow is one day of the table: each spot in the order of figuresBody.Spots.
type dayRow struct {
	Day   models.Day
	Cells []spotTally
	All   spotTally
}

// officerFigures shows what happened between two days.
func (a *App) officerFigures(c *fiber.Ctx) error {
	p, err := a.DB.Programme(c.UserContext())
	if err != nil {
		return err
	}
	today := a.DB.Today()
	body := figuresBody{From: c.Query("from", string(today.Add(-7))), To: c.Query("to", string(today.Add(7)))}
	body.Spans = spans(body, today, p)
	body.Figures, err = a.figuresOf(c, body.From, body.To)
	if err != nil {
		if body.Problem, err = officerRefusal(c, err); err != nil {
			return err
		}
		return a.officerPage(c, "officer_figures.html", "统计", "/officer/figures", body)
	}
	spots, err := a.DB.Spots(c.UserContext())
	if err != nil {
		return err
	}
	body.Query = url.Values{"from": {body.From}, "to": {body.To}}.Encode()
	body.arrange(spots)
	return a.officerPage(c, "officer_figures.html", "统计", "/officer/figures", body)
}

// spans are the spans that officers mostly ask for.
func spans(b figuresBody, today models.Day, p models.Programme) (list []NavItem) {
	for _, s := range []struct {
		label    string
		from, to models.Day
	}{
		{"今天", today, today}, {"前后7天", today.Add(-7), today.Add(7)}, {"最近30天", today.Add(-29), today}, {"整个活动", p.ValidFrom, p.ValidTo},
	} {
		list = append(list, NavItem{
			Label: s.label, Href: "/officer/figures?from=" + string(s.from) + "&to=" + string(s.to),
			Current: b.From == string(s.from) && b.To == string(s.to),
		})
	}
	return list
}

func (a *App) figuresOf(c *fiber.Ctx, from, to string) (f models.Figures, err error) {
	first, err := models.ParseDay(from)
	if err != nil {
		return f, err
	}
	last, err := models.ParseDay(to)
	if err != nil {
		return f, err
	}
	return a.DB.Figures(c.UserContext(), first, last)
}

// arrange turns the figures into tables and charts.
func (b *figuresBody) arrange(spots []models.Spot) {
	b.Spots = tally(spots, b.Figures.PerSpotDay)
	for _, s := range b.Spots {
		b.All.Claimed += s.Claimed
		b.All.Admitted += s.Admitted
		b.PerSpot.add(s.Name, s.Admitted)
	}
	days := b.Figures.PerSpotDay
	for i := 0; i < len(days); {
		j := i
		for j < len(days) && days[j].Day == days[i].Day {
			j++
		}
		row := dayRow{Day: days[i].Day, Cells: tally(spots, days[i:j])}
		for _, cell := range row.Cells {
			row.All.Claimed += cell.Claimed
			row.All.Admitted += cell.Admitted
		}
		b.Days, i = append(b.Days, row), j
	}
	b.drawDays()
	for _, s := range b.Figures.BySupplier {
		b.PerGoods.add(s.Name, s.AcceptedFen)
	}
}

// drawDays draws every day of a short span, months of a long one.
func (b *figuresBody) drawDays() {
	from, to := b.Figures.From, b.Figures.To
	b.ByMonth = from.Add(columnsMost-1) < to
	came := map[string]int{}
	for _, d := range b.Days {
		came[string(d.Day)] += d.All.Admitted
		came[string(d.Day[:7])] += d.All.Admitted
	}
	if !b.ByMonth {
		for d := from; d <= to; d = d.Add(1) {
			b.PerDay.add(dayLabel(d, d == from), came[string(d)])
		}
		return
	}
	for d := from; d[:7] <= to[:7]; d = (d[:8] + "28").Add(4) { // four days after any 28th lie in the next month
		b.PerDay.add(strings.TrimPrefix(string(d[5:7]), "0")+"月", came[string(d[:7])])
	}
}

// dayLabel is the day of the month, with the month where it is new.
func dayLabel(d models.Day, first bool) string {
	label := strings.TrimPrefix(string(d[8:]), "0")
	if first || label == "1" {
		label = strings.TrimPrefix(string(d[5:7]), "0") + "/" + label
	}
	return label
}

// officerFiguresCSV gives a table to keep: part=visits or part=sales.
func (a *App) officerFiguresCSV(c *fiber.Ctx) error {
	f, err := a.figuresOf(c, c.Query("from"), c.Query("to"))
	if err != nil {
		return err
	}
	span := string(f.From) + "_" + string(f.To)
	switch c.Query("part") {
	case "visits":
		spots, err := a.DB.Spots(c.UserContext())
		if err != nil {
			return err
		}
		return sendCSV(c, "visits_"+span+".csv", visitRows(f, spots))
	case "sales":
		return sendCSV(c, "sales_"+span+".csv", saleRows(f))
	}
	return models.ErrNotFound.With("这张表")
}
