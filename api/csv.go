package api

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

const mimeCSV = "text/csv; charset=utf-8"

// csvFile writes a table that Excel opens rightly: the mark of UTF-8, without which it takes Chinese for something else,
// lines as Windows ends them, and no cell that it would take for a formula.
func csvFile(rows [][]string) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = cellText(cell)
		}
		_ = w.Write(safe) // into memory: it cannot fail
	}
	w.Flush()
	return b.Bytes()
}

// attachment makes a browser keep an answer as a file; name is plain ASCII.
func attachment(name string) string { return `attachment; filename="` + name + `"` }

// sendCSV sends a table as a file.
func sendCSV(c *fiber.Ctx, name string, rows [][]string) error {
	c.Set(fiber.HeaderContentType, mimeCSV)
	c.Set(fiber.HeaderContentDisposition, attachment(name))
	return c.Send(csvFile(rows))
}

// cellText puts a quote before what a spreadsheet would run. It looks past blanks and full-width forms, which
// spreadsheets forgive, and lets plain negative amounts be numbers.
func cellText(s string) string {
	head := strings.TrimLeft(s, " \t\r\n\u00a0\u3000\ufeff")
	if head == "" {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil && strings.Trim(s, "-0123456789.") == "" {
		return s
	}
	if strings.ContainsAny(head[:1], "=+-@|") || strings.HasPrefix(head, "＝") || strings.HasPrefix(head, "＋") ||
		strings.HasPrefix(head, "－") || strings.HasPrefix(head, "＠") || strings.ContainsAny(s[:1], "\t\r\n") {
		return "'" + s
	}
	return s
}
