package telegram

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/jieban/jieban/bot"
)

func TestWhatIsHeard(t *testing.T) {
	tap := func(data, message string) string {
		return `{"update_id":7,"callback_query":{"id":"q1","from":{"id":5,"is_bot":false},"data":` + quote(data) + message + `}}`
	}
	long := data(strings.Repeat("长", 30))
	for _, c := range []struct {
		name, update string
		want         bot.In
	}{
		{"text", text(7, 5, "我要领濯水的票"), bot.In{Text: "我要领濯水的票"}},
		{"start", text(7, 5, "/start"), bot.In{Text: "开始"}},
		{"start at a spot", text(7, 5, "/start spot-zhuoshui"), bot.In{Text: "开始", Scene: "spot:zhuoshui"}},
		{"start at a product", text(7, 5, "/start product-cuihongli_1"), bot.In{Text: "开始", Scene: "product:cuihongli_1"}},
		{"start with a code", text(7, 5, "/start bind-AB12-c"), bot.In{Text: "开始", Scene: "bind:AB12-c"}},
		{"start with nonsense", text(7, 5, "/start x' OR 1=1"), bot.In{Text: "开始"}},
		{"start too long", text(7, 5, "/start spot-"+strings.Repeat("a", 59)), bot.In{Text: "开始"}},
		{"command", text(7, 5, "/quan"), bot.In{Text: "领券"}},
		{"command with our name", text(7, 5, "/Orders@jieban_bot"), bot.In{Text: "我的订单"}},
		{"unknown command", text(7, 5, "/foo bar"), bot.In{Text: "/foo bar"}},
		{"voice", private(7, 5, `"voice":{"file_id":"v","duration":3}`), bot.In{Kind: bot.KindVoice}},
		{"video note", private(7, 5, `"video_note":{"file_id":"v"}`), bot.In{Kind: bot.KindVoice}},
		{"location", private(7, 5, `"location":{"latitude":29.5,"longitude":108.7}`), bot.In{Kind: bot.KindPlace}},
		{"sticker", private(7, 5, `"sticker":{"file_id":"s"}`), bot.In{Kind: bot.KindOther}},
		{"a file", private(7, 5, `"document":{"file_id":"d","mime_type":"application/pdf"}`), bot.In{Kind: bot.KindOther}},
		{"something new", private(7, 5, `"hologram":{"origin":{"type":"unheard of"}}`), bot.In{Kind: bot.KindOther}},
		{"a forward of a new kind", private(7, 5, `"text":"转发的","forward_origin":{"type":"unheard of"}`), bot.In{Text: "转发的"}},
		{"own contact", private(7, 5, `"contact":{"phone_number":"+8613800000000","user_id":5}`), bot.In{Text: "+8613800000000"}},
		{"another's contact", private(7, 5, `"contact":{"phone_number":"+8613800000000","user_id":6}`), bot.In{Kind: bot.KindOther}},
		{"a contact of nobody", private(7, 5, `"contact":{"phone_number":"+8613800000000"}`), bot.In{Kind: bot.KindOther}},
		{"tap", tap("取消券V1", `,"message":{"message_id":1,"date":1,"chat":{"id":5,"type":"private"}}`), bot.In{Text: "取消券V1"}},
		{"tap without message", tap("领券", ""), bot.In{Text: "领券"}},
		{"tap on an old message", tap("领券", `,"message":{"message_id":1,"date":0,"chat":{"id":5,"type":"private"}}`), bot.In{Text: "领券"}},
		{"tap by reference", tap(long, `,"message":{"chat":{"id":5,"type":"private"},"reply_markup":{"inline_keyboard":[[{"text":"别的","callback_data":"x"}],[{"text":"去很远的地方","callback_data":"`+long+`"}]]}}`), bot.In{Text: "去很远的地方"}},
	} {
		w := newWorld(t)
		if code := w.hook(c.update); code != 200 {
			t.Errorf("%s: %d", c.name, code)
		}
		c.want.MessageID = "tg:7"
		if heard := w.hears(); len(heard) != 1 || !reflect.DeepEqual(heard[0], c.want) || w.users[0] != "5" {
			t.Errorf("%s: heard %+v of %v", c.name, heard, w.users)
		}
		if strings.Contains(c.update, "callback_query") != (len(w.made("answerCallbackQuery")) == 1) {
			t.Errorf("%s: the tap was answered %d times", c.name, len(w.made("answerCallbackQuery")))
		}
		if len(w.texts(5)) != 1 {
			t.Errorf("%s: said %q", c.name, w.texts(5))
		}
	}
}

func TestWhatIsNotHeard(t *testing.T) {
	for name, update := range map[string]string{
		"edited":       `{"update_id":7,"edited_message":{"message_id":1,"from":{"id":5},"chat":{"id":5,"type":"private"},"text":"改了"}}`,
		"channel post": `{"update_id":7,"channel_post":{"message_id":1,"chat":{"id":-100,"type":"channel"},"text":"公告"}}`,
		"in a channel": `{"update_id":7,"message":{"message_id":1,"chat":{"id":-100,"type":"channel"},"text":"公告"}}`,
		"of a bot":     `{"update_id":7,"message":{"message_id":1,"from":{"id":5,"is_bot":true},"chat":{"id":5,"type":"private"},"text":"hi"}}`,
		"of nobody":    `{"update_id":7,"message":{"message_id":1,"chat":{"id":5,"type":"private"},"text":"hi"}}`,
		"pinned":       private(7, 5, `"pinned_message":{"message_id":2}`),
		"nothing":      `{"update_id":7}`,
		"poll":         `{"update_id":7,"poll":{"id":"1"}}`,
		"left a group": `{"update_id":7,"my_chat_member":{"chat":{"id":-5,"type":"group"},"new_chat_member":{"status":"kicked"}}}`,
		"a new status": `{"update_id":7,"my_chat_member":{"chat":{"id":5,"type":"private"},"new_chat_member":{"status":"sleeping"}}}`,
	} {
		w := newWorld(t)
		if code := w.hook(update); code != 200 || len(w.hears()) != 0 || len(w.made("sendMessage")) != 0 || len(w.gone) != 0 || w.ch.Counts()["ignored"] != 1 {
			t.Errorf("%s: %d, heard %v, said %v, %v", name, code, w.hears(), w.made("sendMessage"), w.ch.Counts())
		}
	}
}

func TestOldReferenceIsExplained(t *testing.T) {
	w := newWorld(t)
	w.hook(`{"update_id":7,"callback_query":{"id":"q1","from":{"id":5},"data":"#0123456789abcdef"}}`)
	calls := w.made("answerCallbackQuery")
	if len(calls) != 1 || !strings.Contains(calls[0].fields["text"], "打字") || calls[0].fields["show_alert"] != "true" || len(w.hears()) != 0 {
		t.Errorf("%+v, heard %v", calls, w.hears())
	}
}

func TestBlockedAndBack(t *testing.T) {
	w := newWorld(t)
	member := `{"update_id":%,"my_chat_member":{"chat":{"id":5,"type":"private"},"from":{"id":5},"new_chat_member":{"status":"@"}}}`
	w.hook(strings.NewReplacer("%", "1", "@", "kicked").Replace(member))
	w.hook(strings.NewReplacer("%", "2", "@", "member").Replace(member))
	if !reflect.DeepEqual(w.gone, []string{"5 true", "5 false"}) || len(w.hears()) != 0 {
		t.Errorf("gone %v", w.gone)
	}
}

func TestGroupIsToldOnce(t *testing.T) {
	w := newWorld(t)
	for i, chat := range []string{"-5", "-5", "-6", "-5"} {
		w.hook(`{"update_id":` + string(rune('1'+i)) + `,"message":{"message_id":1,"from":{"id":5},"chat":{"id":` + chat + `,"type":"supergroup"},"text":"领券"}}`)
	}
	w.hook(`{"update_id":9,"callback_query":{"id":"q","from":{"id":5},"data":"领券","message":{"chat":{"id":-5,"type":"group"}}}}`)
	if !reflect.DeepEqual(w.texts(-5), []string{inGroup}) || len(w.texts(-6)) != 1 || len(w.hears()) != 0 {
		t.Errorf("said %q and %q, heard %v", w.texts(-5), w.texts(-6), w.hears())
	}
	if q := w.made("answerCallbackQuery"); len(q) != 1 || q[0].fields["text"] != inGroup {
		t.Errorf("the tap: %v", q)
	}
}

func TestPhoto(t *testing.T) {
	w := newWorld(t)
	jpeg := append([]byte("\xff\xd8\xff"), bytes.Repeat([]byte{1}, 1000)...)
	w.files["photos/big.jpg"], w.files["photos/file.jpg"] = jpeg, jpeg[:50]
	w.files["photos/huge.jpg"] = make([]byte, bot.MaxPhoto+1)
	sizes := `"photo":[{"file_id":"small","width":90,"height":60},{"file_id":"big","width":900,"height":600,"file_size":1003},{"file_id":"vast","width":9000,"height":6000,"file_size":9000000}],"caption":"房产证"`
	if code := w.hook(private(1, 5, sizes)); code != 200 || !bytes.Equal(w.hears()[0].Photo, jpeg) || w.hears()[0].Text != "房产证" {
		t.Fatalf("%d, heard %+v", code, w.hears())
	}
	w.hook(private(2, 5, `"document":{"file_id":"file","mime_type":"image/jpeg"}`))
	if heard := w.hears(); len(heard) != 2 || len(heard[1].Photo) != 50 {
		t.Errorf("as a file: %+v", heard)
	}
	w.hook(private(3, 5, `"photo":[{"file_id":"vast","file_size":8388609}]`))
	w.hook(private(4, 5, `"photo":[{"file_id":"huge"}]`)) // its size is not said
	w.hook(private(5, 5, `"photo":[{"file_id":"lost"}]`))
	w.fail(trouble{method: "getFile", code: 400, description: "Bad Request: file is too big"})
	w.hook(private(6, 5, `"photo":[{"file_id":"big"}]`))
	said := w.texts(5)
	if len(w.hears()) != 2 || len(said) != 6 || !strings.Contains(said[2], "8MB") || !strings.Contains(said[3], "8MB") || said[4] != lostPhoto || said[5] != lostPhoto {
		t.Errorf("heard %d, said %q", len(w.hears()), said)
	}
	w.fail(trouble{method: "getFile", drop: true})
	w.fail(trouble{method: "getFile", code: 429, description: "Too Many Requests", after: 1})
	if w.hook(private(7, 5, `"photo":[{"file_id":"big"}]`)); len(w.hears()) != 3 {
		t.Errorf("after a broken connection and a 429: %q", w.texts(5))
	}
}

func FuzzUpdate(f *testing.F) {
	f.Add([]byte(text(1, 2, "/start spot-x")))
	f.Add([]byte(private(1, 5, `"photo":[{"file_id":"a","width":1,"height":1}]`)))
	f.Add([]byte(`{"update_id":1,"callback_query":{"id":"1","from":{"id":1},"data":"#0123456789abcdef","message":{"reply_markup":{"inline_keyboard":[[{}]]}}}}`))
	f.Add([]byte(`{"update_id":1,"my_chat_member":{}}`))
	f.Add([]byte(`{"update_id":"x"}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := readUpdate(body)
		if u == nil {
			t.Fatal("no update")
		}
		if err == nil {
			u.chat()
			u.hear()
		}
	})
}
