package text

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	tests := map[string]struct {
		in, want Text
		err      error
	}{
		"plain":            {in: Text{String: "hello"}, want: Text{String: "hello"}},
		"space goes":       {in: Text{String: "  hello\n "}, want: Text{String: "hello"}},
		"control":          {in: Text{String: "a\x00b\x7fc\td"}, want: Text{String: "a b c\td"}},
		"broken UTF-8":     {in: Text{String: "a\xffb"}, want: Text{String: "a\uFFFDb"}},
		"only space":       {in: Text{String: " \n\t "}, want: Text{}},
		"entities move":    {in: Text{" 😀 hi ", []Entity{{Kind: Bold, Offset: 1, Length: 5}}}, want: Text{"😀 hi", []Entity{{Kind: Bold, Length: 5}}}},
		"entities are cut": {in: Text{" hi ", []Entity{{Kind: Bold, Length: 4}}}, want: Text{"hi", []Entity{{Kind: Bold, Length: 2}}}},
		"empty ones go":    {in: Text{"hi", []Entity{{Kind: Bold, Offset: 1}}}, want: Text{"hi", []Entity{}}},
		"sorted": {
			in:   Text{"abcd", []Entity{{Kind: Bold, Offset: 2, Length: 1}, {Kind: Italic, Length: 1}, {Kind: Code, Length: 3}}},
			want: Text{"abcd", []Entity{{Kind: Code, Length: 3}, {Kind: Italic, Length: 1}, {Kind: Bold, Offset: 2, Length: 1}}},
		},
		"past the end":     {in: Text{"hi", []Entity{{Kind: Bold, Offset: 1, Length: 2}}}, err: ErrBounds},
		"negative":         {in: Text{"hi", []Entity{{Kind: Bold, Offset: -1, Length: 2}}}, err: ErrBounds},
		"far outside":      {in: Text{"hi", []Entity{{Kind: Bold, Offset: 1 << 30, Length: 1 << 30}}}, err: ErrBounds},
		"half a character": {in: Text{"😀", []Entity{{Kind: Bold, Length: 1}}}, err: ErrBounds},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Clean(tt.in)
			if !errors.Is(err, tt.err) || got.String != tt.want.String || len(got.Entities) != len(tt.want.Entities) ||
				len(got.Entities) > 0 && !reflect.DeepEqual(got.Entities, tt.want.Entities) {
				t.Errorf("got %+v, %v; want %+v, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestCleanBoundsAddresses(t *testing.T) {
	in := Text{String: strings.Repeat("x", 100)}
	for i := range 100 {
		in.Entities = append(in.Entities, Entity{Kind: TextURL, Offset: i, Length: 1, Value: strings.Repeat("u", maxValue)})
	}
	in.Entities = append(in.Entities, Entity{Kind: TextURL, Length: 1, Value: strings.Repeat("u", maxValue+1)})
	got, err := Clean(in)
	if err != nil || len(got.Entities) != maxValues/maxValue {
		t.Errorf("%d entities are left, %v", len(got.Entities), err)
	}
}

func TestFind(t *testing.T) {
	tests := map[string][]string{
		"see https://example.com/a?b=c#d, and": {"url https://example.com/a?b=c#d"},
		"(http://example.com/x(y))":            {"url http://example.com/x(y)"},
		"Go to example.com.":                   {"url example.com"},
		"write to ann@example.org today":       {"email ann@example.org"},
		"hi @bob_1 and @x":                     {"mention @bob_1"},
		"mail a@bob.no":                        {"email a@bob.no"},
		"#one #2 #blåbær":                      {"hashtag #one", "hashtag #blåbær"},
		"$USD $us":                             {"cashtag $USD"},
		"/start@my_bot now":                    {"command /start@my_bot"},
		"/usr/bin or and/or":                   nil,
		"end.Next and 3.14 and file.go":        nil,
		"😀 @carol":                             {"mention @carol"},
		"http://localhost:8080/x":              {"url http://localhost:8080/x"},
		"a:b":                                  nil,
	}
	for in, want := range tests {
		var got []string
		for _, e := range Find(Text{String: in}).Entities {
			got = append(got, string(e.Kind)+" "+cut(in, e.Offset, e.Length))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestFindLeavesCodeAlone(t *testing.T) {
	in := Text{"x @carol", []Entity{{Kind: Code, Length: 8}}}
	if got := Find(in); len(got.Entities) != 1 {
		t.Errorf("got %+v", got)
	}
}

func cut(s string, offset, length int) string {
	rest := tail(s, offset)
	return strings.TrimSuffix(rest, tail(s, offset+length))
}

func FuzzClean(f *testing.F) {
	f.Add(" 😀 https://example.com @bob", 1, 4)
	f.Add("a\x00\xff", 0, 1)
	f.Fuzz(func(t *testing.T, s string, offset, length int) {
		got, err := Clean(Text{s, []Entity{{Kind: Bold, Offset: offset, Length: length}}})
		if err != nil {
			return
		}
		// What is clean stays as it is, and everything lies inside.
		again, err := Clean(Find(got))
		if err != nil {
			t.Fatalf("%q: %v", got.String, err)
		}
		if again.String != got.String {
			t.Errorf("%q becomes %q", got.String, again.String)
		}
	})
}

func TestCut(t *testing.T) {
	const s = "aé😀b"
	tests := []struct {
		offset, length int
		want           string
	}{{0, 1, "a"}, {1, 1, "é"}, {2, 2, "😀"}, {4, 1, "b"}, {0, 5, s}, {0, 9, s}, {9, 1, ""}, {3, 1, ""}}
	for _, tt := range tests {
		if got := Cut(s, tt.offset, tt.length); got != tt.want {
			t.Errorf("%d+%d: got %q", tt.offset, tt.length, got)
		}
	}
}
