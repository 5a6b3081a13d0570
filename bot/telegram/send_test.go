package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/jieban/jieban/bot"
)

// menu is a reply with choices of all widths.
func menu(text string, choices ...bot.Choice) bot.Reply {
	return bot.Reply{Type: bot.ReplyChoices, Text: text, Choices: choices}
}

func choice(label string) bot.Choice { return bot.Choice{Label: label, Send: label} }

// sends lets a person be told replies and gives the calls it took.
func (w *world) sends(t *testing.T, replies ...bot.Reply) []call {
	t.Helper()
	if err := w.ch.Send(t.Context(), "5", replies); err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls
}

func TestRepliesBecomeMessages(t *testing.T) {
	w := newWorld(t)
	calls := w.sends(t,
		bot.Reply{Type: bot.ReplyText, Text: "领好了。"},
		bot.Reply{Type: bot.ReplyText, Text: "7月17日 <b>&"},
		bot.Reply{Type: bot.ReplyImage, URL: "/v/T.png", Alt: "濯水 入园二维码"},
		bot.Reply{Type: bot.ReplyLink, Text: "去付款 ¥35.00", URL: "/shop/pay/7"},
		menu("到景区给工作人员扫。", choice("我的券"), choice("主菜单"), bot.Choice{Label: "取消这张很长很长很长的券", Send: "取消券V1"}, choice("返回"), bot.Choice{}),
	)
	if len(calls) != 3 || calls[0].method != "sendMessage" || calls[1].method != "sendPhoto" || calls[2].method != "sendMessage" {
		t.Fatalf("%d calls: %+v", len(calls), calls)
	}
	if got := calls[0].fields["text"]; got != "领好了。\n\n7月17日 <b>&" || calls[0].fields["parse_mode"] != "" {
		t.Errorf("text %q", got)
	}
	if calls[1].fields["caption"] != "濯水 入园二维码" || string(calls[1].photo) != "\x89PNG\r\n\x1a\n/v/T.png" || calls[1].fields["protect_content"] != "" {
		t.Errorf("photo %+v", calls[1])
	}
	want := [][]button{
		{{Text: "去付款 ¥35.00", URL: "https://jieban.example/in/5/shop/pay/7"}},
		{{Text: "我的券", Data: "我的券"}, {Text: "主菜单", Data: "主菜单"}},
		{{Text: "取消这张很长很长很长的券", Data: "取消券V1"}},
		{{Text: "返回", Data: "返回"}},
	}
	if got := calls[2].rows(t); !reflect.DeepEqual(got, want) || calls[2].fields["text"] != "到景区给工作人员扫。" {
		t.Errorf("%q with %v", calls[2].fields["text"], got)
	}
	for _, c := range calls {
		if c.chat() != 5 || c.method == "sendMessage" && c.fields["link_preview_options"] != `{"is_disabled":true}` {
			t.Errorf("%v", c.fields)
		}
		// Telegram takes a button of one kind only; the library's own writes "copy_text":{} into each.
		if strings.Contains(c.raw, "copy_text") {
			t.Errorf("copy_text is sent: %s", c.raw)
		}
	}
}

func TestEmptyRepliesSayNothing(t *testing.T) {
	w := newWorld(t)
	if calls := w.sends(t, bot.Reply{Type: bot.ReplyText, Text: " \n"}, bot.Reply{Type: bot.ReplyText}); len(calls) != 0 {
		t.Errorf("%+v", calls)
	}
	if calls := w.sends(t, menu("", choice("领券"))); len(calls) != 1 || calls[0].fields["text"] == "" {
		t.Errorf("choices without a text: %+v", calls)
	}
}

func TestLinksThatAreNoButtons(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Link = func(_ context.Context, _, path string) (string, error) { return "http://localhost:8080" + path, nil }
	})
	calls := w.sends(t, bot.Reply{Type: bot.ReplyLink, Text: "去付款", URL: "/shop/pay/7"}, menu("好了吗", choice("好了")))
	if got := calls[0].fields["text"]; len(calls) != 1 || got != "去付款\nhttp://localhost:8080/shop/pay/7\n\n好了吗" || len(calls[0].rows(t)) != 1 {
		t.Errorf("%q %v", got, calls)
	}
	w = newWorld(t)
	calls = w.sends(t, bot.Reply{Type: bot.ReplyLink, Text: "看", URL: "/closed"}, bot.Reply{Type: bot.ReplyLink, Text: "官网", URL: "https://other.example/x"})
	want := [][]button{{{Text: "看", URL: "https://jieban.example/closed"}}, {{Text: "官网", URL: "https://other.example/x"}}}
	if got := calls[0].rows(t); len(calls) != 1 || !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

// TestButtonsCarry64Bytes: a choice that sends more than a button holds comes back as the label the person tapped.
func TestButtonsCarry64Bytes(t *testing.T) {
	w := newWorld(t)
	fits, over := strings.Repeat("券", 21)+"1", strings.Repeat("券", 21)+"12"
	calls := w.sends(t, menu("?", bot.Choice{Label: "正好", Send: fits}, bot.Choice{Label: "超了", Send: over},
		bot.Choice{Label: "像引用", Send: "#0123456789abcdef"}, bot.Choice{Label: "也像", Send: "#0123456789abcdee"}))
	seen := map[string]bool{}
	var tapped []string
	for _, row := range calls[0].rows(t) {
		for _, b := range row {
			if len(b.Data) > 64 || b.Data == "" || seen[b.Data] {
				t.Errorf("data %q", b.Data)
			}
			seen[b.Data] = true
			w.hook(`{"update_id":` + string(rune('1'+len(tapped))) + `,"callback_query":{"id":"q","from":{"id":5},"data":` + quote(b.Data) +
				`,"message":{"chat":{"id":5,"type":"private"},"reply_markup":` + calls[0].fields["reply_markup"] + `}}}`)
			tapped = append(tapped, w.hears()[len(tapped)].Text)
		}
	}
	if !reflect.DeepEqual(tapped, []string{fits, "超了", "像引用", "也像"}) {
		t.Errorf("heard %q", tapped)
	}
}

func TestLongTextsAreSplitBetweenLines(t *testing.T) {
	w := newWorld(t)
	line := strings.Repeat("濯", 999) + "😀"
	var texts []bot.Reply
	for range 9 {
		texts = append(texts, bot.Reply{Type: bot.ReplyText, Text: line})
	}
	calls := w.sends(t, append(texts, menu("选一个", choice("领券")))...)
	got := ""
	for i, c := range calls {
		if n := len(utf16.Encode([]rune(c.fields["text"]))); n > maxText || (len(c.rows(t)) > 0) != (i == len(calls)-1) {
			t.Errorf("message %d: %d long, %v", i, n, c.rows(t))
		}
		if got += c.fields["text"]; strings.HasSuffix(c.fields["text"], "濯") {
			t.Errorf("message %d breaks a line", i)
		}
	}
	if strings.ReplaceAll(got, "\n", "") != strings.Repeat(line, 9)+"选一个" || len(calls) != 3 {
		t.Errorf("%d messages, something is lost or doubled", len(calls))
	}
}

func TestPictureThatCannotBeShown(t *testing.T) {
	w := newWorld(t)
	image := bot.Reply{Type: bot.ReplyImage, URL: "/v/T.png", Alt: "入园二维码"}
	w.fail(trouble{method: "sendPhoto", code: 400, description: "Bad Request: IMAGE_PROCESS_FAILED"})
	calls := w.sends(t, image, bot.Reply{Type: bot.ReplyImage, URL: "/missing.png"})
	if len(calls) != 2 || !strings.Contains(calls[0].fields["text"], "入园二维码") || !strings.Contains(calls[0].fields["text"], "https://jieban.example/in/5/v/T.png") ||
		!strings.Contains(calls[1].fields["text"], "/missing.png") || w.ch.Counts()["plain"] != 2 {
		t.Errorf("%+v", calls)
	}
}

func TestButtonsThatAreRefusedBecomeNumbers(t *testing.T) {
	w := newWorld(t)
	w.fail(trouble{method: "sendMessage", code: 400, description: "Bad Request: BUTTON_URL_INVALID", times: 9, plainButton: true})
	calls := w.sends(t, bot.Reply{Type: bot.ReplyLink, Text: "去付款", URL: "/p"}, menu("要办什么？", choice("领券"), choice("我的券")))
	if want := "要办什么？\n去付款：https://jieban.example/in/5/p\n1 领券\n2 我的券"; len(calls) != 1 || calls[0].fields["text"] != want {
		t.Errorf("%+v", calls)
	}
}

func TestTooManyRequests(t *testing.T) {
	w := newWorld(t)
	w.fail(trouble{method: "sendMessage", code: 429, description: "Too Many Requests: retry after 2", after: 2})
	begin := time.Now()
	if w.hook(text(1, 5, "领券")); len(w.texts(5)) != 1 || time.Since(begin) < 2*w.ch.second {
		t.Errorf("a short wait: %q after %v", w.texts(5), time.Since(begin))
	}
	if got := w.late["5"]; got != nil {
		t.Errorf("kept %v", got)
	}
	// A long one: the rest of the answer waits for the next message, and nobody writes to the chat meanwhile.
	w.answer = func(string, bot.In) ([]bot.Reply, error) {
		return append(says("一"), bot.Reply{Type: bot.ReplyImage, URL: "/v/T.png", Alt: "码"}, menu("二", choice("领券"))), nil
	}
	w.fail(trouble{method: "sendPhoto", code: 429, description: "Too Many Requests: retry after 30", after: 30})
	if code := w.hook(text(2, 5, "领券")); code != 200 || len(w.texts(5)) != 2 || len(w.late["5"]) != 2 || w.late["5"][0].Alt != "码" || w.late["5"][1].Text != "二" {
		t.Errorf("a long wait: %d, said %q, kept %+v", code, w.texts(5), w.late["5"])
	}
	var after bot.RetryAfter
	err := w.ch.Send(t.Context(), "5", says("通知"))
	if n := len(w.calls); !errors.As(err, &after) || time.Duration(after) > 30*w.ch.second || time.Duration(after) < 20*w.ch.second || n != 2 {
		t.Errorf("while it lasts: %v, %d calls", err, n)
	}
	if err := w.ch.Send(t.Context(), "6", says("通知")); err != nil {
		t.Errorf("to another: %v", err)
	}
	time.Sleep(time.Duration(after) + time.Millisecond)
	if err := w.ch.Send(t.Context(), "5", says("通知")); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestSendThatFails(t *testing.T) {
	w := newWorld(t)
	send := func(replies ...bot.Reply) error { return w.ch.Send(context.Background(), "5", replies) }
	notice := says("【通知】开门了")[0]
	w.fail(trouble{method: "sendMessage", code: 429, description: "x", after: 60})
	var after bot.RetryAfter
	if err := send(notice); !errors.As(err, &after) || time.Duration(after) != 60*w.ch.second {
		t.Errorf("429: %v", err)
	}
	w.ch.hush = hush{}
	w.fail(trouble{method: "sendMessage", code: 429, description: "x", after: 99_999_999_999}) // beyond what a duration holds
	if err := send(notice); !errors.As(err, &after) || time.Duration(after) != maxAfter*w.ch.second {
		t.Errorf("429 for 3000 years: %v", err)
	}
	w.ch.hush = hush{}
	for _, c := range []trouble{
		{code: 403, description: "Forbidden: bot was blocked by the user"},
		{code: 403, description: "Forbidden: user is deactivated"},
		{code: 400, description: "Bad Request: chat not found"},
	} {
		c.method, w.gone = "sendMessage", nil
		w.fail(c)
		if err := send(notice); !errors.Is(err, bot.ErrGone) || !reflect.DeepEqual(w.gone, []string{"5 true"}) {
			t.Errorf("%s: %v, gone %v", c.description, err, w.gone)
		}
	}
	for name, c := range map[string]trouble{
		"refused":          {code: 400, description: "Bad Request: message is bad"},
		"wrong token":      {code: 401, description: "Unauthorized"},
		"fault":            {code: 502, description: "Bad Gateway"},
		"broken":           {drop: true},
		"fault with token": {code: 500, description: "at /bot" + token + "/"},
	} {
		c.method = "sendMessage"
		w.fail(c)
		if err := send(notice); err == nil || errors.Is(err, bot.ErrGone) || strings.Contains(err.Error(), "secret_part") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(w.calls) != 0 || len(w.late) != 0 {
		t.Errorf("said %v, kept %v", w.calls, w.late)
	}
	if err := w.ch.Send(t.Context(), "nobody", says("x")); !errors.Is(err, bot.ErrGone) {
		t.Errorf("to nobody: %v", err)
	}
	w.fail(trouble{method: "sendPhoto", drop: true})
	if err := send(notice, bot.Reply{Type: bot.ReplyImage, URL: "/v/T.png"}); err != nil || len(w.calls) != 1 || len(w.late["5"]) != 1 || w.late["5"][0].URL != "/v/T.png" {
		t.Errorf("half sent: %v, kept %v", err, w.late)
	}
}

func TestAnswerIsSentInSpiteOfTheNetwork(t *testing.T) {
	w := newWorld(t)
	w.fail(trouble{method: "sendMessage", drop: true})
	w.fail(trouble{method: "sendMessage", code: 502, description: "Bad Gateway"})
	if code := w.hook(text(1, 5, "领券")); code != 200 || len(w.texts(5)) != 1 {
		t.Errorf("%d %q", code, w.texts(5))
	}
	w.fail(trouble{method: "sendMessage", drop: true, times: 3})
	if code := w.hook(text(2, 5, "领券")); code != 200 || len(w.texts(5)) != 1 || len(w.late["5"]) != 1 || w.ch.Counts()["late"] != 1 {
		t.Errorf("%d %q, kept %v", code, w.texts(5), w.late)
	}
	w.fail(trouble{method: "sendMessage", code: 403, description: "Forbidden: bot was blocked by the user"})
	if code := w.hook(text(3, 5, "领券")); code != 200 || !reflect.DeepEqual(w.gone, []string{"5 true"}) || w.ch.Counts()["gone"] != 1 {
		t.Errorf("blocked: %d, gone %v", code, w.gone)
	}
	w.fail(trouble{method: "sendMessage", code: 400, description: "Bad Request: message is bad", times: 2})
	if code := w.hook(text(4, 5, "领券")); code != 200 || len(w.late["5"]) != 1 {
		t.Errorf("refused: %d, kept %v", code, w.late)
	}
}

// TestWhatWasSentIsNotSentAgain: the rest could be neither sent nor kept, Telegram pushes again, and only the rest is sent.
func TestWhatWasSentIsNotSentAgain(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Late = func(context.Context, string, []bot.Reply) error { return errors.New("the database is away") }
	})
	w.answer = func(string, bot.In) ([]bot.Reply, error) {
		return append(says("一"), bot.Reply{Type: bot.ReplyImage, URL: "/v/T.png", Alt: "码"}), nil
	}
	w.fail(trouble{method: "sendPhoto", drop: true, times: 3})
	if code := w.hook(text(1, 5, "领券")); code != 503 {
		t.Errorf("first: %d", code)
	}
	if code := w.hook(text(1, 5, "领券")); code != 200 || len(w.texts(5)) != 1 || len(w.made("sendPhoto")) != 1 {
		t.Errorf("second: %d, %q and %d photos", code, w.texts(5), len(w.made("sendPhoto")))
	}
}

func TestSetup(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Webhook = true })
	if err := w.ch.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	var list []struct{ Command, Description string }
	if err := json.Unmarshal([]byte(w.made("setMyCommands")[0].fields["commands"]), &list); err != nil || len(list) != 11 || list[0].Command != "quan" || list[0].Description != "领景区的券" {
		t.Errorf("commands %v, %v", list, err)
	}
	hook := w.made("setWebhook")[0].fields
	if hook["url"] != "https://jieban.example/callback/telegram" || hook["secret_token"] != "s3cret" || hook["allowed_updates"] != `["message","callback_query","my_chat_member"]` || len(hook) != 3 {
		t.Errorf("webhook %v", hook)
	}
	poll := newWorld(t)
	if err := poll.ch.Setup(t.Context()); err != nil || len(poll.made("deleteWebhook")) != 1 || len(poll.made("setWebhook")) != 0 {
		t.Errorf("%v, %v", err, poll.calls)
	}
	w.fail(trouble{method: "setWebhook", code: 400, description: "Bad Request: bad webhook: HTTPS url must be provided"})
	if err := w.ch.Setup(t.Context()); err == nil || !strings.Contains(err.Error(), "HTTPS url") {
		t.Errorf("refused: %v", err)
	}
	for _, change := range []func(*Config){func(c *Config) { c.Secret = "" }, func(c *Config) { c.PublicURL = "" }} {
		w := newWorld(t, func(c *Config) { c.Webhook = true }, change)
		if err := w.ch.Setup(t.Context()); err == nil || len(w.calls) != 0 {
			t.Errorf("%v", err)
		}
	}
}

func TestSettingsThatAreWrong(t *testing.T) {
	good := newWorld(t).ch.c
	for name, change := range map[string]func(*Config){
		"token":  func(c *Config) { c.Token = "4242:with/slash" },
		"none":   func(c *Config) { c.Token = "" },
		"secret": func(c *Config) { c.Secret = "with space" },
		"long":   func(c *Config) { c.Secret = strings.Repeat("a", 257) },
		"answer": func(c *Config) { c.Answer = nil },
		"offset": func(c *Config) { c.Offset = func(context.Context) (int64, error) { return 0, nil } },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil || strings.Contains(err.Error(), "with") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("一\n二😀三\n\n四", 5)
	f.Add("\xff\xfe😀😀", 3)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if limit < 2 || limit > 100 {
			return
		}
		got := ""
		for _, piece := range split(s, limit) {
			if n := len(utf16.Encode([]rune(piece))); n > limit || n == 0 {
				t.Errorf("a piece of %d", n)
			}
			got += piece
		}
		if squeeze(got) != squeeze(s) {
			t.Errorf("%q became %q", s, got)
		}
	})
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }
