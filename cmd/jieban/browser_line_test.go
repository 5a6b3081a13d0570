package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// loseAnswers lets the page's next n writes reach the server and loses their answers, as a mountain's network does.
func (p *tab) loseAnswers(n int) {
	p.do("lose answers", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{
		const real = window.fetch;
		let left = %d;
		window.fetch = async (url, init) => {
			const answer = await real(url, init);
			if (init?.method !== "POST" || left-- <= 0) return answer;
			throw new TypeError("the line is gone");
		};
	}`, n)))
}

func TestBrowserLostAnswersDoNothingTwice(t *testing.T) {
	t.Parallel()
	chromium(t)
	base := serve(t)
	resident := openBrowser(t, base, "").tab(phone)
	code := strings.TrimSuffix(strings.TrimPrefix(claimToday(t, resident), "/v/"), ".png")
	resident.loseAnswers(3)
	resident.say("再领一张")
	resident.sees("没发出去")
	resident.tap("再发一次")
	resident.sees("哪个景区")
	if n := resident.value(`String([...document.querySelectorAll(".msg.me")].filter((m) => m.textContent.includes("再领一张")).length)`); n != "1" {
		t.Errorf("what was said once stands there %s times", n)
	}
	resident.visit("/")
	if n := resident.value(`String([...document.querySelectorAll(".msg.me")].filter((m) => m.textContent.includes("再领一张")).length)`); n != "1" {
		t.Errorf("what was said once was heard %s times", n)
	}

	gate := openBrowser(t, base, "").tab(phone)
	gate.signIn("gate-zhuoshui", "/gate")
	gate.sees("打开摄像头")  // the script is there; before, the form does the work
	gate.loseAnswers(1) // the page sends the same scan again by itself
	gate.fill("#code", code)
	gate.tap("验票")
	gate.sees("放行", "3折 收", "3人")
	gate.tap("按错了")
	gate.sees("已撤销")
	gate.loseAnswers(3) // now it gives up, and the person sends it again
	gate.fill("#code", code)
	gate.tap("验票")
	gate.sees("没有网络", "纸质登记")
	gate.tap("再试一次")
	gate.sees("放行", "3人")
	gate.tap("继续扫码")
	gate.until("see three people counted, not six", `document.querySelector(".tile b").textContent === "3"`)
	// A scanner that types needs no field to be chosen and no button to be tapped.
	gate.do("scan by a device that types", chromedp.KeyEvent(strings.ToLower(code)+"\r"))
	gate.sees("拒绝", "已用过")
}

func TestBrowserWithoutScripts(t *testing.T) {
	t.Parallel()
	chromium(t)
	base := serve(t)
	p := openBrowser(t, base, "").tab(phone)
	p.do("switch scripts off", ask(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	code := strings.TrimSuffix(strings.TrimPrefix(claimToday(t, p), "/v/"), ".png")
	p.visit("/v/" + code)
	p.sees("今天可用", "到景区把二维码给工作人员扫")
	p.signIn("gate-zhuoshui", "/v/"+code)
	p.tap("验票放行")
	p.sees("放行", "3折 收", "3人")
	p.visit("/gate")
	p.fill("#code", code)
	p.press("judge", `document.querySelector("[data-judge]")`)
	p.sees("拒绝", "已用过")
	p.tap("继续扫码")
	p.sees("已放行")
}
