package bot

// takeScan answers a code that was scanned from inside the chat. Only the people at a gate let anybody in with one.
func (t *turn) takeScan() error {
	t.shown = "[扫码]"
	return t.again("入园二维码由景区门口的工作人员来扫，您自己不用扫。到了景区，把二维码给工作人员看就行。")
}
