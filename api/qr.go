package api

import (
	"container/list"
	"sync"

	"github.com/skip2/go-qrcode"
)

// modulePixels is how large one module of a QR code is drawn. A version 7 code with its quiet zone is then 424 pixels
// wide, which fills a phone without being scaled unevenly.
const modulePixels = 8

// drawQR draws text as a black and white PNG at error level M, with its quiet zone.
func drawQR(text string) ([]byte, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, err
	}
	return code.PNG(-modulePixels) // a negative size asks for exact modules
}

// qr gives the picture of a voucher's code.
func (a *App) qr(token string) ([]byte, error) {
	text := a.DB.VoucherURL(token)
	if png, ok := a.codes.get(text); ok {
		return png, nil
	}
	png, err := drawQR(text)
	if err == nil {
		a.codes.put(text, png)
	}
	return png, err
}

// codeCache keeps the pictures used last: a gate's queue all show theirs at once.
type codeCache struct {
	mu    sync.Mutex
	most  int
	order *list.List // front = used last
	byKey map[string]*list.Element
}

type codeEntry struct {
	key string
	png []byte
}

func newCodeCache(most int) *codeCache {
	return &codeCache{most: most, order: list.New(), byKey: map[string]*list.Element{}}
}

func (s *codeCache) get(key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.byKey[key]
	if !ok {
		return nil, false
	}
	s.order.MoveToFront(e)
	return e.Value.(codeEntry).png, true
}

func (s *codeCache) put(key string, png []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.byKey[key]; ok {
		return
	}
	s.byKey[key] = s.order.PushFront(codeEntry{key, png})
	if s.order.Len() > s.most {
		oldest := s.order.Back()
		s.order.Remove(oldest)
		delete(s.byKey, oldest.Value.(codeEntry).key)
	}
}
