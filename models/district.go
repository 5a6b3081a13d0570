package models

import "strings"

// Town is a town or street office of a district, with its villages and communities.
type Town struct {
	Code     string    `json:"code"` // NBS statistical code, 12 digits; "" for places without one
	Name     string    `json:"name"`
	District string    `json:"district"`
	Villages []Village `json:"villages,omitempty"`
}

// Village is a village or community. Names repeat between towns (建新村 stands in two), so it never stands alone.
type Village struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// InZone finds the town of the programme's zone that an address names; ok is false if it names none.
func (p Programme) InZone(address string) (town Town, ok bool) {
	for _, t := range p.Zone {
		short := strings.TrimSuffix(strings.TrimSuffix(t.Name, "镇"), "街道")
		if strings.Contains(address, t.Name) || (len(short) >= 6 && strings.Contains(address, short)) {
			return t, true
		}
	}
	return Town{}, false
}
