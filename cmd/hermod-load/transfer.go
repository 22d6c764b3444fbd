package main

import (
	"context"

	"hermod/internal/tl/tg"
)

// uploadCmd uploads a file.
type uploadCmd struct {
	filesCmd `embed:""`
}

// Run uploads the file and makes a document of it, which the measured time includes.
func (c *uploadCmd) Run(ctx context.Context) error {
	t, err := newTransfer(ctx, "upload", &c.filesCmd)
	if err != nil {
		return err
	}
	defer t.close()
	err = t.measure(ctx, directionUp, func(ctx context.Context) error {
		_, err := t.upload(ctx, t.r.report.operation)
		return err
	})
	if err != nil {
		return err
	}
	return t.r.finish()
}

// downloadCmd downloads a file.
type downloadCmd struct {
	filesCmd `embed:""`
}

// Run uploads a file, and measures how it comes back. Every byte of it is compared.
func (c *downloadCmd) Run(ctx context.Context) error {
	t, err := newTransfer(ctx, "download", &c.filesCmd)
	if err != nil {
		return err
	}
	defer t.close()
	doc, err := t.upload(ctx, nothing)
	if err != nil {
		return err
	}
	from := &tg.InputDocumentFileLocation{ID: doc.ID, AccessHash: doc.AccessHash, FileReference: doc.FileReference}
	err = t.measure(ctx, directionDown, func(ctx context.Context) error {
		return t.content.receive(ctx, t.conns, t.Window, from, t.r.report.operation)
	})
	if err != nil {
		return err
	}
	return t.r.finish()
}
