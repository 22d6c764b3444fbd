package gen

import (
	"errors"
	"strings"
	"testing"
)

const twoLayers = `// A schema.
// Sampled layers: 1 2

---types---
stays#10 a:int = Stays; // 1-2
changes#11 a:int = Changes; // 1-2
goes#12 = Goes; // 1-2
returns#13 = Returns; // 1

---functions---
call#20 {X:Type} query:!X = X; // 1-2
`

const third = `// LAYER 3
boolTrue#997275b5 = Bool;
stays#10 flags:# more:flags.0?true a:int = Stays;
changes#31 a:long = Changes;
returns#13 = Returns;
new#32 = New;
---functions---
call#20 {X:Type} query:!X = X;
fresh#33 = New;
`

const threeLayers = `// A schema.
// Sampled layers: 1 2 3

---types---
stays#10 flags:# more:flags.0?true a:int = Stays; // 1-3
changes#31 a:long = Changes; // 3
changes#11 a:int = Changes; // 1-2
goes#12 = Goes; // 1-2
returns#13 = Returns; // 1,3

new#32 = New; // 3
---functions---
call#20 {X:Type} query:!X = X; // 1-3
fresh#33 = New; // 3
`

func TestAddLayer(t *testing.T) {
	got, err := AddLayer(twoLayers, third, 3)
	if err != nil {
		t.Fatal(err)
	}
	if got != threeLayers {
		t.Errorf("got\n%s", got)
	}
	if _, err := Parse(strings.NewReader(got)); err != nil {
		t.Error(err)
	}
}

func TestAddLayerRefuses(t *testing.T) {
	if _, err := AddLayer(twoLayers, third, 2); !errors.Is(err, errLayer) {
		t.Errorf("an old layer: %v", err)
	}
	if _, err := AddLayer("stays#10 = Stays;", third, 3); err == nil {
		t.Error("a schema without layers is accepted")
	}
	if _, err := AddLayer(twoLayers, "what is this", 3); err == nil {
		t.Error("nonsense is accepted")
	}
}
