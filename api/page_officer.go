package api

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/models"
	"github.com/jieban/jieban/models/db"
)

// officerPage shows one page of the officer's desk; current is its address in the navigation.
func (a *App) officerPage(c *fiber.Ctx, name, title, current string, body any) error {
	items := []NavItem{
		{Label: "概况", Href: "/officer"},
		{Label: "核对", Href: "/officer/cases"},
		{Label: "名册", Href: "/officer/roster"},
		{Label: "留言", Href: "/officer/messages"},
		{Label: "通知", Href: "/officer/notices"},
		{Label: "优惠", Href: "/officer/offers"},
		{Label: "供应商", Href: "/officer/suppliers"},
		{Label: "商品", Href: "/officer/products"},
		{Label: "退款", Href: "/officer/refunds"},
		{Label: "统计", Href: "/officer/figures"},
		{Label: "记录", Href: "/officer/audit"},
		{Label: "聊天", Href: staffChats},
	}
	if who := a.caller(c).Account; who != nil && who.May(models.RoleAdmin) {
		items = append(items, NavItem{Label: "账号", Href: "/officer/accounts"})
	}
	return a.render(c, name, View{Title: title, Nav: nav(current, items...), Body: body})
}

// officerRefusal is the sentence with which a form is shown again, and sets the status. What is not there and what went
// wrong on our side has no form to go back to: it stays an error.
func officerRefusal(c *fiber.Ctx, err error) (string, error) {
	e := models.Refusal(err)
	if e.Kind == models.Internal || e.Kind == models.NotFound {
		return "", err
	}
	c.Status(statusOf[e.Kind])
	return e.ZH, nil
}

// pathID reads a number out of the path; anything else names nothing.
func pathID(c *fiber.Ctx, name, what string) (int64, error) {
	id, err := strconv.ParseInt(c.Params(name), 10, 64)
	if err != nil || id < 1 {
		return 0, models.ErrNotFound.With(what)
	}
	return id, nil
}

// chart is what the pieces "bars" and "columns" draw.
type chart[T ~int | ~int64] struct {
	Labels []string
	Values []T
	Max    T
}

func (ch *chart[T]) add(label string, value T) {
	ch.Labels, ch.Values = append(ch.Labels, label), append(ch.Values, value)
	ch.Max = max(ch.Max, value)
}

// trail is where one stands in a list that is read by ids: the verbs only go on from an id, so the way back is carried
// in the address.
type trail struct {
	path string
	keep url.Values // the filter, which stays
	at   int64
	back []string
}

// trailLength bounds the address; from farther one goes back to the beginning.
const trailLength = 40

func readTrail(c *fiber.Ctx, path string, keep url.Values) trail {
	t := trail{path: path, keep: keep}
	t.at, _ = strconv.ParseInt(c.Query("at"), 10, 64)
	for _, s := range strings.Split(c.Query("back"), "-") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= 0 && len(t.back) < trailLength {
			t.back = append(t.back, strconv.FormatInt(n, 10))
		}
	}
	return t
}

// pagerBody is what the piece "pager" shows.
type pagerBody struct{ Prev, Next, Note string }

// pager links the page before and, where there is more after the id of the last row, the next one.
func (t trail) pager(more bool, last int64) (p pagerBody) {
	if n := len(t.back); n > 0 {
		p.Prev = t.address(t.back[n-1], t.back[:n-1])
		p.Note = "第" + strconv.Itoa(n+1) + "页"
	} else if t.at > 0 {
		p.Prev = t.address("0", nil)
	}
	if more {
		back := append(t.back[:len(t.back):len(t.back)], strconv.FormatInt(t.at, 10))
		if len(back) > trailLength {
			back = back[1:]
		}
		p.Next = t.address(strconv.FormatInt(last, 10), back)
	}
	return p
}

// turned is one page of what was read with one row more than a page holds, and the links to its neighbours.
func turned[T any](t trail, list []T, most int, id func(T) int64) ([]T, pagerBody) {
	more := len(list) > most
	if more {
		list = list[:most]
	}
	if len(list) == 0 {
		return list, pagerBody{}
	}
	return list, t.pager(more, id(list[len(list)-1]))
}

func (t trail) address(at string, back []string) string {
	v := url.Values{}
	for name, values := range t.keep {
		v[name] = values
	}
	if at != "0" {
		v.Set("at", at)
	}
	if len(back) > 0 {
		v.Set("back", strings.Join(back, "-"))
	}
	if len(v) == 0 {
		return t.path
	}
	return t.path + "?" + v.Encode()
}

// officerHomeBody is what officer.html shows.
type officerHomeBody struct {
	Today   models.Day
	Waiting []waitingCard
	Figures models.Figures
	Spots   []spotTally
}

// waitingCard is one kind of work that waits for an officer.
type waitingCard struct {
	Label, Href, Unit, Text string
	Count                   int
	More                    bool // there are at least so many
}

// spotTally is one spot's day or span.
type spotTally struct {
	ID, Name          string
	Claimed, Admitted int
}

// officerHome says what waits, and how the day goes.
func (a *App) officerHome(c *fiber.Ctx) error {
	ctx, today := c.UserContext(), a.DB.Today()
	f, err := a.DB.Figures(ctx, today, today)
	if err != nil {
		return err
	}
	goods, err := a.DB.Products(ctx, db.ProductFilter{State: models.ListingInReview, Limit: 100})
	if err != nil {
		return err
	}
	refunds, err := a.DB.FailedRefunds(ctx)
	if err != nil {
		return err
	}
	spots, err := a.DB.Spots(ctx)
	if err != nil {
		return err
	}
	notices, err := a.DB.NoticeCounts(ctx)
	if err != nil {
		return err
	}
	return a.officerPage(c, "officer.html", "概况", "/officer", officerHomeBody{
		Today: today, Figures: f, Spots: tally(spots, f.PerSpotDay),
		Waiting: []waitingCard{
			{Label: "待核对的居民", Href: "/officer/cases", Count: f.Undecided, Unit: "人", Text: "看证明，定资格"},
			{Label: "待回复的留言", Href: "/officer/messages", Count: f.Messages, Unit: "条", Text: "居民在聊天里等着"},
			{Label: "待审核的商品", Href: "/officer/products", Count: len(goods.Products), More: goods.Next != "", Unit: "种", Text: "看标签，放上架"},
			{Label: "没退成的款", Href: "/officer/refunds", Count: len(refunds), More: len(refunds) == 100, Unit: "笔", Text: "再试一次或查原因"},
			{Label: "没送到的通知", Href: "/officer/notices", Count: int(notices.Dead), More: notices.Dead == db.NoticesCounted, Unit: "条", Text: "看原因，再发一次"},
		},
	})
}

// tally adds up per spot, in the order in which spots are offered; a spot where nothing happened is a row too.
func tally(spots []models.Spot, days []models.SpotDay) []spotTally {
	rows, at := make([]spotTally, len(spots)), make(map[string]int, len(spots))
	for i, s := range spots {
		rows[i], at[s.ID] = spotTally{ID: s.ID, Name: s.Name}, i
	}
	for _, d := range days {
		if i, known := at[d.SpotID]; known {
			rows[i].Claimed += d.Claimed
			rows[i].Admitted += d.Admitted
		}
	}
	return rows
}
