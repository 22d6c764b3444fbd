package blob_test

import (
	"strings"
	"testing"

	"hermod/internal/blob/blobtest"
)

func TestS3(t *testing.T) {
	o := blobtest.S3(t)
	suite(t, open(t, o))
	wrong := o
	wrong.Secret = "wrong"
	if err := open(t, wrong).Check(t.Context()); err == nil {
		t.Error("a wrong secret is accepted")
	}
	other := o
	other.URL = strings.Replace(o.URL, "s3://files", "s3://others", 1)
	if err := open(t, other).Check(t.Context()); err == nil {
		t.Error("a bucket that does not exist can be reached")
	}
}
