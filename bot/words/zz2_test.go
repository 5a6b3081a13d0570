package words

import (
	"fmt"
	"testing"
)

func TestZ3(t *testing.T) {
	r := NewReader(seedWords(t))
	for _, x := range []string{"我们屋头那个老头子八十多岁了想去看看濯水古镇", "换个日子,8月1号", "我妈不去了,改成两个人"} {
		s := r.names.mark(r.script.normal(x))
		h := Heard{}
		s.readPeople(&h)
		fmt.Println(s.hits)
		fmt.Println(x, s.plain(), standard.Replace(s.plain()), h.People, h.Ask)
		for i := 0; i < len(s.typed); {
			p, n := s.personAt(i, false)
			if n > 0 {
				fmt.Printf("%+v %d\n", p, n)
			}
			i += max(n, 1)
		}
	}
}
