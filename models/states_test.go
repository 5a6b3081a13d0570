package models

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write generated pages and golden files anew")

// machines lists every state machine of the system.
var machines = []Machine{
	VoucherStates, EligibilityStates, ListingStates, OrderStates, PaymentStates, RefundStates, ShipmentStates, NoticeStates,
}

// TestMachinesAreAllHere: a machine that is missing from the list would be neither walked nor drawn.
func TestMachinesAreAllHere(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "_test.go") {
			made += strings.Count(string(raw), "= Machine{")
		}
	}
	if made != len(machines) {
		t.Errorf("%d machines are made and %d are listed", made, len(machines))
	}
}

// TestMachines walks every table: each state is reached from the start, every state that is no end leads to one, and
// an end leads nowhere.
func TestMachines(t *testing.T) {
	for _, m := range machines {
		reached := reach(m, m.Start)
		for _, s := range m.Steps {
			if !slices.Contains(reached, s.From) || !slices.Contains(reached, s.To) {
				t.Errorf("%s: %s → %s is never reached from %s", m.Noun, s.From, s.To, m.Start)
			}
			if slices.Contains(m.Ends, s.From) {
				t.Errorf("%s: %s is an end and goes on to %s", m.Noun, s.From, s.To)
			}
			if !m.Allows(s.From, s.To) || m.Allows(s.To, s.From) != back(m, s) {
				t.Errorf("%s: Allows disagrees with the table at %s → %s", m.Noun, s.From, s.To)
			}
		}
		for _, state := range reached {
			if !slices.ContainsFunc(reach(m, state), func(s string) bool { return slices.Contains(m.Ends, s) }) {
				t.Errorf("%s: no end is reached from %s", m.Noun, state)
			}
		}
	}
}

func back(m Machine, s Step) bool {
	return slices.ContainsFunc(m.Steps, func(o Step) bool { return o.From == s.To && o.To == s.From })
}

func reach(m Machine, from string) []string {
	seen := []string{from}
	for i := 0; i < len(seen); i++ {
		for _, s := range m.Steps {
			if s.From == seen[i] && !slices.Contains(seen, s.To) {
				seen = append(seen, s.To)
			}
		}
	}
	return seen
}

// TestStatesPage holds docs/states.md to the tables; go test ./models -run TestStatesPage -update writes it.
func TestStatesPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("# States\n\nGenerated from the tables in `models` by `go test ./models -run TestStatesPage -update`; edit those.\n")
	for _, m := range machines {
		b.WriteString("\n## " + m.Noun + " · " + m.ZH + "\n\nStarts as `" + m.Start + "`; ends as `" + strings.Join(m.Ends, "`, `") + "`.\n\n")
		b.WriteString("| from | to | when |\n|---|---|---|\n")
		for _, s := range m.Steps {
			b.WriteString("| " + s.From + " | " + s.To + " | " + s.On + " |\n")
		}
	}
	const page = "../docs/states.md"
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != b.String() {
		t.Errorf("docs/states.md is not what the tables say (%v): run with -update", err)
	}
}
