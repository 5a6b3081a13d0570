package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/jieban/jieban/models/db"
)

// jsapiTicket is the ticket that the platform's stand-in gives out and that the phone's WeChat knows.
const jsapiTicket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"

// wechatPlatform stands in for the platform's API: a token and a page ticket are all that it is asked for.
func wechatPlatform(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	answer := func(pattern string, body map[string]any) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(body)
		})
	}
	answer("POST /cgi-bin/stable_token", map[string]any{"access_token": "token-of-the-stand-in", "expires_in": 7200})
	answer("GET /cgi-bin/ticket/getticket", map[string]any{"errcode": 0, "errmsg": "ok", "ticket": jsapiTicket, "expires_in": 7200})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// serveWithWeChat starts the program with an account of the stand-in's.
func serveWithWeChat(t *testing.T) string {
	t.Helper()
	return serve(t, "JIEBAN_WECHAT_APPID=wxba5fad812f8e6fb9", "JIEBAN_WECHAT_SECRET=0123456789abcdef0123456789abcdef",
		"JIEBAN_WECHAT_TOKEN=AAAAA", "JIEBAN_WECHAT_AES_KEY="+strings.Repeat("A", 43), "JIEBAN_WECHAT_API="+wechatPlatform(t).URL)
}

// The names that WeChat's browsers go by.
const (
	wechatAndroid = "Mozilla/5.0 (Linux; Android 13; V2227A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.47.2560(0x28002F51) WeChat/arm64 Weixin NetType/4G Language/zh_CN ABI/arm64"
	wechatIPhone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.47(0x18002f2f) NetType/WIFI Language/zh_CN"
	wechatDesktop = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Safari/537.36 NetType/WIFI MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat"
)

// bridgeScript is WeChat's bridge as a page sees it: it checks the signature against the page's own address, lets nothing
// scan before that, and answers what the test put into __answers. %[1]q: the ticket that it knows; %[2]d: after how many
// ms it is there.
const bridgeScript = `(() => {
	const calls = (window.__calls = []), answers = (window.__answers = []);
	let allowed = false;
	const right = async (a) => {
		const text = "jsapi_ticket=" + %[1]q + "&noncestr=" + a.verifyNonceStr + "&timestamp=" + a.verifyTimestamp + "&url=" + location.href.split("#")[0];
		const sum = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)));
		return typeof a.verifyTimestamp === "string" && a.verifySignType === "sha1" && a.verifyAppId === "wxba5fad812f8e6fb9" &&
			a.verifySignature === [...sum].map((b) => b.toString(16).padStart(2, "0")).join("");
	};
	const verbs = {
		async preVerifyJSAPI(a) {
			allowed = a.verifyJsApiList.includes("scanQRCode") && (await right(a));
			return { err_msg: allowed ? "pre_verify_jsapi:ok" : "pre_verify_jsapi:fail_invalid signature" };
		},
		async scanQRCode(a) {
			if (!allowed) return { errMsg: "scanQRCode:fail, the permission value is offline verifying" };
			if (a.needResult !== 1 || String(a.scanType) !== "qrCode,barCode") return { errMsg: "scanQRCode:fail_wrong arguments" };
			return answers.shift() ?? { errMsg: "scanQRCode:cancel" };
		},
	};
	window.__forget = () => (allowed = false);
	setTimeout(() => {
		window.WeixinJSBridge = { invoke: (name, a, done) => { calls.push(name); verbs[name](a).then(done); } };
		document.dispatchEvent(new Event("WeixinJSBridgeReady"));
	}, %[2]d);
})()`

// inWeChat opens the gate page as WeChat's browser does. ticket is what its bridge checks signatures with; late, in ms, is
// when the bridge comes.
func inWeChat(t *testing.T, b *browser, s screen, agent, ticket string, late int) *tab {
	t.Helper()
	p := b.tab(s)
	p.do("play WeChat", ask(cdppage.Enable, cdppage.EnableParams{}),
		ask(emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent}),
		ask(cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(bridgeScript, ticket, late)}))
	p.signIn("gate-zhuoshui", "/gate")
	return p
}

// answer puts what WeChat's scanner will give next.
func (p *tab) answer(res map[string]any) {
	p.t.Helper()
	text, err := json.Marshal(res)
	if err != nil {
		p.t.Fatal(err)
	}
	p.value(fmt.Sprintf(`(__answers.push(%s), "")`, text))
}

// verdict waits for a verdict that says the words; the list under it says some of them too.
func (p *tab) verdict(words ...string) {
	p.t.Helper()
	list, _ := json.Marshal(words)
	p.until("be told "+strings.Join(words, ", "), fmt.Sprintf(
		`((v) => Boolean(v) && %s.every((w) => v.innerText.includes(w)))(document.querySelector("[data-verdict]:not([hidden])"))`, list))
}

// calls are the bridge's calls so far.
func (p *tab) calls() string {
	p.t.Helper()
	return p.value(`__calls.join(" ")`)
}

const (
	wechatButton = `document.querySelector("[data-wechat] button")`
	mainButton   = `[...document.querySelectorAll(".gate > .btn-primary, .gate > [data-wechat] .btn-primary")].filter((e) => e.checkVisibility()).map((e) => e.textContent.trim()).join()`
)

func TestBrowserGateScansWithWeChat(t *testing.T) {
	chromium(t)
	base := serveWithWeChat(t)
	text := decode(t, fetch(t, base+claimToday(t, openBrowser(t, base, "").tab(phone))))
	staff := openBrowser(t, base, "")

	p := inWeChat(t, staff, phone, wechatAndroid, jsapiTicket, 0)
	p.sees("用微信扫一扫")
	p.until("find the button first, large and main", `(() => {
		const r = `+wechatButton+`.getBoundingClientRect(), camera = document.querySelector("[data-start]").getBoundingClientRect();
		return r.height >= 44 && r.width > 300 && r.bottom <= camera.top && `+mainButton+` === "用微信扫一扫";
	})()`)
	p.answer(map[string]any{"errMsg": "scanQRCode:ok", "resultStr": text})
	p.tap("用微信扫一扫")
	p.verdict("放行", "3折 收", "3人")

	// Going on opens the scanner for the next visitor; this one is there again.
	p.answer(map[string]any{"err_msg": "scan_qrcode:ok", "resultStr": text})
	p.tap("继续扫码")
	p.verdict("拒绝", "已用过")
	// And then the person closes it.
	p.tap("继续扫码")
	p.sees("没有扫：您退出了微信扫一扫")
	if got := p.calls(); got != "preVerifyJSAPI scanQRCode scanQRCode scanQRCode" {
		t.Errorf("the bridge was called %s: one check should do for three scans", got)
	}
	p.until("see both ways open", wechatButton+`.disabled === false && document.querySelector("[data-start]").checkVisibility()`)
	p.until("see three people counted", `document.querySelector(".tile b").textContent === "3"`)

	// A number as a bar code, with the kind before it, finds the person as one that is typed.
	samples, err := db.Samples()
	if err != nil {
		t.Fatal(err)
	}
	p.answer(map[string]any{"errMsg": "scanQRCode:ok", "resultStr": "CODE_128," + samples[0].Number})
	p.tap("用微信扫一扫")
	p.verdict("拒绝", "已用过")
}

func TestBrowserGateScansWithWeChatOnAnIPhone(t *testing.T) {
	chromium(t)
	base := serveWithWeChat(t)
	text := decode(t, fetch(t, base+claimToday(t, openBrowser(t, base, "").tab(phone))))
	wrapped, err := json.Marshal(map[string]any{"scan_code": map[string]any{"scan_result": text}})
	if err != nil {
		t.Fatal(err)
	}

	p := inWeChat(t, openBrowser(t, base, ""), phone, wechatIPhone, jsapiTicket, 700)
	p.visit("/gate?spot=zhuoshui&from=singlemessage#top") // what is signed is all but the last word
	p.sees("用微信扫一扫")
	p.answer(map[string]any{"errMsg": "scanQRCode:ok", "resultStr": string(wrapped)})
	p.tap("用微信扫一扫")
	p.verdict("放行", "3折 收", "3人")

	// The page stayed open so long that WeChat forgot: one new check, and nobody notices.
	p.value(`(__forget(), "")`)
	p.answer(map[string]any{"errMsg": "scanQRCode:ok", "resultStr": string(wrapped)})
	p.tap("继续扫码")
	p.verdict("拒绝", "已用过")
	if got := p.calls(); got != "preVerifyJSAPI scanQRCode scanQRCode preVerifyJSAPI scanQRCode" {
		t.Errorf("the bridge was called %s", got)
	}
}

func TestBrowserGateFallsBackWhereWeChatRefuses(t *testing.T) {
	chromium(t)
	base := serveWithWeChat(t)
	b := openBrowser(t, base, "")

	p := inWeChat(t, b, phone, wechatAndroid, "a ticket of another account", 0)
	p.sees("用微信扫一扫")
	p.tap("用微信扫一扫")
	p.sees("微信没有同意本站用扫一扫", "打开摄像头", "invalid signature")
	p.until("find the camera the main button", mainButton+` === "打开摄像头"`)
	if got := p.calls(); strings.Contains(got, "scanQRCode") {
		t.Errorf("the page scans without a right: %s", got)
	}
	p.fill("#code", "110101199003070011")
	p.tap("验票")
	p.verdict("拒绝") // the other ways work as ever

	p = inWeChat(t, b, phone, wechatAndroid, jsapiTicket, 1_000_000)
	p.tap("用微信扫一扫")
	p.sees("微信没有回应")
}

func TestBrowserGateOffersWeChatOnlyWhereItCanScan(t *testing.T) {
	chromium(t)
	for name, c := range map[string]struct {
		base  string
		agent string
	}{
		"no account set up":   {serve(t), wechatAndroid},
		"WeChat on a desktop": {serveWithWeChat(t), wechatDesktop},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBrowser(t, c.base, "")
			p := inWeChat(t, b, phone, c.agent, jsapiTicket, 0)
			p.known = append(p.known, "/callback/wechat/jssdk") // the browser writes a 404 into its console
			p.sees("打开摄像头")
			if c.agent == wechatAndroid { // only there the server is asked
				p.until("have the server's answer", `performance.getEntriesByType("resource").some((e) => e.name.includes("jssdk") && e.responseEnd > 0)`)
			}
			p.until("find the camera the main button", mainButton+` === "打开摄像头"`)
			if p.value(`String(`+wechatButton+`.checkVisibility())`) != "false" || p.calls() != "" {
				t.Error("the page offers a scanner that is not there")
			}
		})
	}
}
