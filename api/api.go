// Package api is the HTTP side: the JSON API under /api/v1, the pages, and what operation needs. Fiber lives here and
// nowhere else.
//
// Read it in this order: routes, the one list of everything that answers; auth.go, where who may call what is decided;
// errors.go, where a refusal becomes a status and a body; session.go, limit.go and idempotency.go, what stands before a
// handler; page.go, how a page is made; callback.go, where chat platforms call and links from chats lead. After that one
// file per noun holds its JSON handlers and one page_*.go per family its pages. A handler reads its input, calls one verb
// of models/db and writes the answer; it returns the verb's error.
package api

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/jieban/jieban/api/pay"
	"github.com/jieban/jieban/models/db"
)

// Config is what cmd hands in.
type Config struct {
	DB           *db.DB
	Pay          *pay.Sandbox                       // takes payments; nil: none are taken
	Chat         http.Handler                       // the web chat's handler for /api/v1/chat; nil: no chat
	Callbacks    map[string]http.Handler            // a platform's channel by its name: wechat, telegram
	Counts       map[string]func() map[string]int64 // what each channel has counted, for /metrics
	Demo         bool                               // business time is shown, demonstration accounts and residents are offered
	PublicURL    string                             // scheme and host people reach us by; https makes cookies Secure
	Version      string
	Log          *slog.Logger     // nil = slog.Default()
	RealClock    func() time.Time // nil = time.Now
	Samples      []Sample
	DemoAccounts []DemoAccount
	Flood        int      // requests that one address may make in 10 s; 0 = 1000, negative = as many as it likes
	NoFloodGuard bool     // for tests, which ask and sign in faster than people
	Proxies      []string // addresses of reverse proxies whose X-Real-IP is believed
}

// Sample is a resident whom the demonstration's chat offers by a tap.
type Sample = db.Sample

// DemoAccount is a staff account that the demonstration's sign-in page offers by a tap.
type DemoAccount = db.DemoAccount

// App serves. It is made by New and is safe for concurrent use.
type App struct {
	Config
	fiber   *fiber.App
	huma    huma.API
	pages   pageSet
	assets  assetSet
	codes   *codeCache
	metrics *metrics
	cancel  func(ctx context.Context, linkID int64, no string) (db.OrderView, error)
	flood   *windows // requests of one address
	guesses *windows // tries of one address to sign in
	spec    document
	list    []route // as it was registered, for /docs and the walk of the tests
}

// The bounds of one request.
const (
	bodyLimit   = 10 << 20 // bytes, photos and rosters included
	jsonLimit   = 1 << 20  // bytes of a JSON body
	headerLimit = 16 << 10 // bytes of the request line and the headers
	readTimeout = 30 * time.Second
	idleTimeout = 90 * time.Second
	deadline    = 10 * time.Second // for the work behind one request
)

// New builds the application with all of its routes; it listens to nothing yet.
func New(c Config) (*App, error) {
	if c.DB == nil {
		return nil, errors.New("api: no database")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.RealClock == nil {
		c.RealClock = time.Now
	}
	a := &App{
		Config: c, codes: newCodeCache(256), metrics: newMetrics(),
		flood: newWindows(cmp.Or(c.Flood, floodMost), floodWindow), guesses: newWindows(passwordsMost, time.Minute),
	}
	var err error
	if a.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if a.pages, err = loadPages(); err != nil {
		return nil, err
	}
	a.fiber = a.newFiber()
	a.cancel = NewCancel(a.DB, a.Pay)
	if a.Pay != nil {
		a.Pay.Post = a.postNotice
	}
	a.stack()
	a.huma = newHuma(a.fiber, c.Version)
	a.list = a.routes()
	for _, r := range a.list {
		r.register(a, r)
	}
	return a, a.publish()
}

func (a *App) newFiber() *fiber.App {
	return fiber.New(fiber.Config{
		Immutable:      true, // request memory is used again: kept strings would change
		ReadBufferSize: headerLimit, BodyLimit: bodyLimit, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, WriteTimeout: readTimeout,
		// Read by the handlers: what the server cannot read it answers before a route is known, as a page.
		DisablePreParseMultipartForm: true,
		DisableStartupMessage:        true, ErrorHandler: a.fail, AppName: "jieban",
		EnableTrustedProxyCheck: true, TrustedProxies: a.Proxies, ProxyHeader: "X-Real-Ip", EnableIPValidation: true,
	})
}

// Fiber is the application for whoever listens, or tests.
func (a *App) Fiber() *fiber.App { return a.fiber }

// Shutdown lets running requests end, until ctx does.
func (a *App) Shutdown(ctx context.Context) error { return a.fiber.ShutdownWithContext(ctx) }

// routes is everything that answers, in one list. A path's parameters stand in braces.
func (a *App) routes() []route {
	return slices.Concat(
		a.operationRoutes(),
		a.signInRoutes(),
		a.offerRoutes(),
		a.residentRoutes(),
		a.gateRoutes(),
		a.officerRoutes(),
		a.officerPages(),
		a.talkRoutes(),
		a.callbackRoutes(),
		a.pictureRoutes(),
		a.shopRoutes(),
		a.supplierRoutes(),
	)
}

// operationRoutes are what operation needs, and the document.
func (a *App) operationRoutes() []route {
	return []route{
		plain(http.MethodGet, "/healthz", anyone, a.healthz),
		plain(http.MethodGet, "/readyz", anyone, a.readyz),
		plain(http.MethodGet, "/metrics", anyone, a.showMetrics),
		plain(http.MethodGet, "/static/*", anyone, a.asset),
		plain(http.MethodGet, "/favicon.ico", anyone, a.favicon),
		plain(http.MethodGet, "/openapi.json", anyone, a.openapi),
		page(http.MethodGet, "/docs", anyone, a.docsPage),
	}
}

// signInRoutes are how staff sign in.
func (a *App) signInRoutes() []route {
	return []route{
		page(http.MethodGet, "/signin", anyone, a.signInPage),
		page(http.MethodPost, "/signin", anyone, a.signInForm, guardPasswords),
		page(http.MethodPost, "/signout", anyone, a.signOutForm),
		post("/api/v1/sessions", anyone, "Sign a member of staff in", a.signIn, guardPasswords, status(http.StatusCreated)),
		del("/api/v1/sessions", staff, "Sign out", a.signOut),
		get("/api/v1/sessions/me", staff, "Who is signed in", a.me),
		post("/api/v1/staff-codes", staff, "Get a one-time code that binds a chat to one's account", a.staffCode, creates),
		get("/api/v1/staff-links", staff, "List the chats that are bound to one's account", a.staffLinks),
		del("/api/v1/staff-links/{id}", staff, "Unbind a chat from one's account", a.unbindStaff),
		page(http.MethodGet, staffChats, staff, a.staffChatsPage),
		page(http.MethodPost, staffChats, staff, a.staffChatsCode),
		page(http.MethodPost, staffChats+"/{id}/unbind", staff, a.staffChatsUnbind),
	}
}

// offerRoutes are what the programme offers.
func (a *App) offerRoutes() []route {
	return []route{
		get("/api/v1/programmes", anyone, "List the programmes that run here", a.programmes, etag),
		put("/api/v1/programmes/{id}", officer, "Change a programme's dates and contacts", a.setProgramme),
		get("/api/v1/spots", anyone, "List the scenic spots", a.spots, etag),
		get("/api/v1/spots/{id}", anyone, "Show a scenic spot", a.spot),
		put("/api/v1/spots/{id}", officer, "Change what is known of a spot", a.setSpot),
		get("/api/v1/offers", anyone, "List the offers", a.offers, etag),
		get("/api/v1/offers/{id}", anyone, "Show an offer", a.offer),
		get("/api/v1/offers/{id}/days", resident, "Show on which days an offer can be used", a.offerDays),
		put("/api/v1/offers/{id}", officer, "Change an offer's settings", a.setOffer),
	}
}

// residentRoutes are a resident's own standing.
func (a *App) residentRoutes() []route {
	return []route{
		get("/api/v1/eligibility", resident, "Show whether one is eligible, with every reason", a.eligibility),
		post("/api/v1/eligibility", resident, "Say who one is", a.register, creates),
		del("/api/v1/eligibility", resident, "Erase what is known of one", a.erase),
		post("/api/v1/eligibility/consents", resident, "Give consent", a.consent, creates),
		del("/api/v1/eligibility/consents", resident, "Take every consent back", a.withdraw),
		post("/api/v1/eligibility/evidence", resident, "Give evidence for an undecided case", a.giveEvidence, creates, upTo(bodyLimit)),
		post("/api/v1/eligibility/codes", resident, "Get a one-time code for another session", a.linkCode, creates),
		post("/api/v1/eligibility/links", resident, "Open one's record in this session by a code, or bind it to one's staff account", a.bind, creates, guardPasswords),
	}
}

// gateRoutes are vouchers, and the gates that scan them.
func (a *App) gateRoutes() []route {
	return []route{
		post("/api/v1/vouchers", resident, "Claim a voucher", a.claim, creates),
		get("/api/v1/vouchers", resident, "List one's vouchers", a.vouchers),
		get("/api/v1/vouchers/{id}", resident, "Show one's voucher", a.voucher),
		get("/api/v1/vouchers/{id}/qr.png", resident, "Show the QR code of one's voucher", a.voucherQR, answers("image/png")),
		post("/api/v1/vouchers/{id}/cancel", resident, "Give a voucher back", a.cancelVoucher),
		post("/api/v1/vouchers/{id}/revoke", officer, "End a voucher against its holder's will", a.revokeVoucher),
		plain(http.MethodGet, "/v/{token}.png", anyone, a.tokenQR),
		post("/api/v1/scans", gate, "Scan a voucher", a.scan),
		post("/api/v1/scans/{id}/undo", gate, "Take a scan back within 15 minutes", a.undoScan),
		get("/api/v1/gate/today", gate|officer, "Show a spot's counts of today", a.gateCounts),
		page(http.MethodGet, "/gate", gate, a.gatePage),
		page(http.MethodGet, "/gate/today", gate, a.gateToday),
		page(http.MethodPost, "/gate", gate, a.gateScan),
		page(http.MethodPost, "/gate/undo", gate, a.gateUndo),
		page(http.MethodGet, "/v/{token}", anyone, a.voucherPage),
		page(http.MethodPost, "/v/{token}", gate, a.voucherScan),
	}
}

// officerRoutes are what officers do.
func (a *App) officerRoutes() []route {
	return []route{
		post("/api/v1/residents/import", officer, "Import the residents' roster from CSV", a.importRoster, upTo(bodyLimit)),
		get("/api/v1/residents/roster", officer, "List the roster, masked", a.roster),
		get("/api/v1/residents/cases", officer, "List the undecided residents", a.cases),
		get("/api/v1/residents/cases/{id}", officer, "Open a case with its evidence (audited)", a.readCase),
		get("/api/v1/residents/cases/{id}/evidence/{piece}.jpg", officer, "Show a photo given as evidence (audited)", a.evidencePhoto, answers("image/jpeg")),
		post("/api/v1/residents/cases/{id}/decide", officer, "Decide a case", a.decideCase),
		post("/api/v1/residents/cases/{id}/reopen", officer, "Let a case that was refused or has lapsed be decided again", a.reopenCase),
		post("/api/v1/residents/search", officer, "Find a person by their document's number (audited)", a.findResident),
		post("/api/v1/residents/{id}/release", officer, "Unbind a person from every session", a.release),
		get("/api/v1/figures", officer, "Show the figures of a span of days", a.figures),
		get("/api/v1/figures.csv", officer, "The same as CSV (UTF-8 with BOM)", a.figuresCSV, answers("text/csv")),
		get("/api/v1/officer/suppliers", officer, "List every supplier, those switched off too", a.sellers),
		post("/api/v1/suppliers", officer, "Add a supplier", a.newSupplier, creates),
		put("/api/v1/suppliers/{id}", officer, "Change a supplier, or switch it off", a.setSupplier),
		get("/api/v1/audit", officer, "List what was done by whom, the newest first", a.audit),
		get("/api/v1/accounts", admin, "List the staff accounts", a.accounts),
		post("/api/v1/accounts", admin, "Add a staff account", a.addAccount, creates),
		put("/api/v1/accounts/{login}/password", admin, "Set a password and end the account's sessions", a.setPassword),
	}
}

// officerPages are the officer's pages.
func (a *App) officerPages() []route {
	return []route{
		page(http.MethodGet, "/officer", officer, a.officerHome),
		page(http.MethodGet, "/officer/roster", officer, a.officerRoster),
		page(http.MethodPost, "/officer/roster", officer, a.officerRosterUpload),
		page(http.MethodGet, "/officer/roster.csv", officer, a.officerRosterTemplate),
		page(http.MethodGet, "/officer/cases", officer, a.officerCases),
		page(http.MethodPost, "/officer/cases", officer, a.officerFind),
		page(http.MethodGet, "/officer/residents/{id}", officer, a.officerResident),
		page(http.MethodPost, "/officer/residents/{id}/vouchers/{voucher}/revoke", officer, a.officerRevoke),
		page(http.MethodPost, "/officer/cases/{id}/reopen", officer, a.officerReopen),
		page(http.MethodGet, "/officer/cases/{id}", officer, a.officerCase),
		page(http.MethodPost, "/officer/cases/{id}", officer, a.officerDecide),
		page(http.MethodGet, "/officer/cases/{id}/photos/{photo}", officer, a.officerCasePhoto),
		page(http.MethodGet, "/officer/cases/{id}/release", officer, a.officerReleasePage),
		page(http.MethodPost, "/officer/cases/{id}/release", officer, a.officerRelease),
		page(http.MethodGet, "/officer/messages", officer, a.officerMessages),
		page(http.MethodPost, "/officer/messages/{id}", officer, a.officerAnswer),
		page(http.MethodGet, "/officer/notices", officer, a.officerNotices),
		page(http.MethodPost, "/officer/notices/{id}", officer, a.officerResend),
		page(http.MethodGet, "/officer/offers", officer, a.officerOffers),
		page(http.MethodGet, "/officer/offers/{id}", officer, a.officerOffer),
		page(http.MethodPost, "/officer/offers/{id}", officer, a.officerSetOffer),
		page(http.MethodPost, "/officer/offers/{id}/spot", officer, a.officerSetSpot),
		page(http.MethodGet, "/officer/programme", officer, a.officerProgramme),
		page(http.MethodPost, "/officer/programme", officer, a.officerSetProgramme),
		page(http.MethodGet, "/officer/suppliers", officer, a.officerSuppliers),
		page(http.MethodGet, "/officer/suppliers/{id}", officer, a.officerSupplier), // new: one that is not there yet
		page(http.MethodPost, "/officer/suppliers/{id}", officer, a.officerSetSupplier),
		page(http.MethodGet, "/officer/products", officer, a.officerProducts),
		page(http.MethodGet, "/officer/products/{id}", officer, a.officerProduct),
		page(http.MethodPost, "/officer/products/{id}", officer, a.officerList),
		page(http.MethodGet, "/officer/refunds", officer, a.officerRefunds),
		page(http.MethodPost, "/officer/refunds/{id}", officer, a.officerRetryRefund),
		page(http.MethodGet, "/officer/figures", officer, a.officerFigures),
		page(http.MethodGet, "/officer/figures.csv", officer, a.officerFiguresCSV),
		page(http.MethodGet, "/officer/audit", officer, a.officerAudit),
		page(http.MethodGet, "/officer/accounts", admin, a.officerAccounts),
		page(http.MethodPost, "/officer/accounts", admin, a.officerAddAccount),
		page(http.MethodPost, "/officer/accounts/password", admin, a.officerPassword),
	}
}

// talkRoutes are the chat, messages and notices.
func (a *App) talkRoutes() []route {
	return []route{
		page(http.MethodGet, "/", resident, a.chatPage),
		page(http.MethodPost, "/chat", resident, a.chatForm),
		mount(http.MethodGet, "/api/v1/chat", anyone, "Read the chat, or what came later", a.chat, describe(a.chatOperation)),
		mount(http.MethodPost, "/api/v1/chat", anyone, "Say something in the chat", a.chat, describe(a.chatOperation), upTo(bodyLimit)),
		post("/api/v1/messages", resident, "Leave a message for an officer", a.ask, creates),
		get("/api/v1/messages", officer, "List the messages that wait for an answer", a.messages),
		post("/api/v1/messages/{id}/answer", officer, "Answer a message", a.answerMessage),
		get("/api/v1/notices", resident|officer, "List what one was told, or what reached nobody", a.notices),
		post("/api/v1/notices/{id}/resend", officer, "Send a notice again that was given up", a.resendNotice),
	}
}

// callbackRoutes are where platforms call, and where links from their chats lead.
func (a *App) callbackRoutes() []route {
	wechat := a.callback("wechat")
	return []route{
		plain(http.MethodGet, "/callback/wechat", anyone, wechat),
		plain(http.MethodPost, "/callback/wechat", anyone, wechat),
		plain(http.MethodGet, "/callback/wechat/login", anyone, wechat),
		plain(http.MethodGet, "/callback/wechat/jssdk", anyone, wechat),
		plain(http.MethodGet, "/MP_verify_{code}.txt", anyone, wechat),
		plain(http.MethodPost, "/callback/telegram", anyone, a.callback("telegram")),
		page(http.MethodGet, "/in/{ticket}", anyone, a.enterPage),
		page(http.MethodPost, "/in/{ticket}", anyone, a.enterForm),
	}
}

// pictureRoutes are the pictures of spots and goods.
func (a *App) pictureRoutes() []route {
	return []route{
		plain(http.MethodGet, "/photos/*", anyone, a.photo),
	}
}

// shopRoutes are the shop, from the shelf to the receipt.
func (a *App) shopRoutes() []route {
	return []route{
		get("/api/v1/categories", anyone, "List the shelves of the shop", a.categories, etag),
		get("/api/v1/products", anyone, "Search what is on sale", a.products, etag),
		get("/api/v1/products/{id}", anyone, "Show a product", a.product, etag),
		post("/api/v1/products/{id}/listing", supplier|officer, "Move a product through its listing", a.setListing),
		get("/api/v1/listings", officer, "List products by where their listing stands", a.listings),
		get("/api/v1/suppliers", anyone, "List the suppliers", a.suppliers, etag),
		get("/api/v1/suppliers/{id}", anyone, "Show a supplier with its licence", a.supplier, etag),
		mount(http.MethodGet, "/api/v1/regions", anyone, "List provinces, cities and districts for addresses", a.showRegions, etag, describe(regionsAnswer)),
		get("/api/v1/carriers", anyone, "List the couriers a parcel can go by", a.carriers, etag),
		get("/api/v1/basket", resident, "Show one's basket", a.basket),
		put("/api/v1/basket/{sku}", resident, "Put this many of a pack into the basket", a.setBasket),
		get("/api/v1/addresses/last", resident, "Show, masked, the address used last", a.lastAddress),
		post("/api/v1/orders", resident, "Order the basket, or the items named", a.placeOrder, creates),
		get("/api/v1/orders", resident, "List one's orders", a.orders),
		get("/api/v1/orders/{no}", resident, "Show one's order", a.order),
		post("/api/v1/orders/{no}/cancel", resident, "Cancel an order of which nothing is shipped", a.cancelOrder),
		post("/api/v1/orders/{no}/accept", resident, "Say that what is on its way has arrived", a.acceptOrder),
		get("/api/v1/checkouts/{id}", resident, "Show what was ordered together", a.checkout),
		post(sandboxCallback, anyone, "Take a payment notice of the sandbox", a.sandboxNotice),
		page(http.MethodGet, "/shop", anyone, a.shopPage),
		page(http.MethodGet, "/shop/p/{id}", anyone, a.productPage),
		page(http.MethodPost, "/shop/p/{id}", resident, a.productForm),
		page(http.MethodGet, "/shop/s/{id}", anyone, a.sellerPage),
		page(http.MethodGet, "/shop/basket", resident, a.basketPage),
		page(http.MethodPost, "/shop/basket", resident, a.basketForm),
		page(http.MethodGet, "/shop/checkout", resident, a.checkoutPage),
		page(http.MethodPost, "/shop/checkout", resident, a.checkoutForm),
		page(http.MethodGet, "/shop/pay/{id}", resident, a.payPage),
		page(http.MethodPost, "/shop/pay/{id}", resident, a.payForm),
		page(http.MethodGet, "/shop/orders", resident, a.ordersPage),
		page(http.MethodGet, "/shop/orders/{no}", resident, a.orderPage),
		page(http.MethodPost, "/shop/orders/{no}/cancel", resident, a.cancelForm),
		page(http.MethodPost, "/shop/orders/{no}/accept", resident, a.acceptForm),
		get("/api/v1/refunds", officer, "List the refunds that the provider refused", a.refunds),
		post("/api/v1/refunds/{id}/retry", officer, "Ask the provider for a refund again", a.retryRefund),
	}
}

// supplierRoutes are a supplier's goods and orders.
func (a *App) supplierRoutes() []route {
	return []route{
		get("/api/v1/supplier/products", supplier, "List one's products, drafts too", a.supplierProducts),
		post("/api/v1/supplier/products", supplier, "Add a product as a draft", a.newProduct, creates),
		get("/api/v1/supplier/products/{id}", supplier, "Show one's product", a.supplierProduct),
		put("/api/v1/supplier/products/{id}", supplier, "Change a product and its packs", a.putProduct),
		put("/api/v1/supplier/skus/{id}/stock", supplier, "Say how many of a pack are on hand", a.setStock),
		post("/api/v1/supplier/photos", supplier, "Add a picture for a product", a.postPhoto, creates, upTo(bodyLimit)),
		get("/api/v1/supplier/orders", supplier, "List the orders for one's goods", a.supplierOrders),
		get("/api/v1/supplier/orders/{no}", supplier, "Show an order with its delivery data (audited)", a.supplierOrder),
		post("/api/v1/supplier/orders/{no}/shipments", supplier, "Send a parcel", a.ship, creates),
		page(http.MethodGet, "/supplier", supplier, a.supplierPage),
		page(http.MethodGet, "/supplier/orders/{no}", supplier, a.supplierOrderPage),
		page(http.MethodPost, "/supplier/orders/{no}/ship", supplier, a.shipForm),
		page(http.MethodGet, "/supplier/products", supplier, a.stallPage),
		page(http.MethodGet, "/supplier/products/{id}", supplier, a.editPage),
		page(http.MethodPost, "/supplier/products/{id}", supplier, a.editForm),
		page(http.MethodPost, "/supplier/products/{id}/listing", supplier, a.listingForm),
		page(http.MethodGet, "/supplier/stock", supplier, a.stockPage),
		page(http.MethodPost, "/supplier/stock", supplier, a.stockForm),
	}
}
