// Package blobtest gives tests a real server of S3: the gateway of Versity over a directory. It is a program of its own and
// not among our dependencies; the first test that needs it builds it, and keeps it in the user's folder for caches.
package blobtest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"hermod/internal/blob"
)

const (
	version = "v1.8.0"
	source  = "github.com/versity/versitygw/cmd/versitygw@" + version
	region  = "us-east-1"
	key     = "hermod"
	secret  = "a secret of the test"
)

// S3 starts a server with an empty bucket, which ends with the test, and tells how to open it. Where the server cannot be
// built, as for want of a network, the test is skipped; HERMOD_TEST_S3=required makes it fail.
func S3(t testing.TB) blob.Options {
	t.Helper()
	program, err := build()
	if err != nil && os.Getenv("HERMOD_TEST_S3") == "required" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skipf("NO SERVER OF S3, the store in S3 is not tested: %v", err)
	}
	address := start(t, program)
	makeBucket(t, address, "files")
	return blob.Options{
		URL: "s3://files?region=" + region + "&use_path_style=true&endpoint=http://" + address, Key: key, Secret: secret,
	}
}

// build returns the path of the server, which it makes when it is not there.
var build = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	program := filepath.Join(cache, "hermod-test", "versitygw-"+version)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := os.MkdirAll(filepath.Dir(program), 0o700); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(filepath.Dir(program), "build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("go", "install", source)
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=", "CGO_ENABLED=0")
	cmd.Dir = dir // outside of our module
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &buildError{out, err}
	}
	return program, os.Rename(filepath.Join(dir, "versitygw"), program)
})

// A buildError is what the compiler said.
type buildError struct {
	out []byte
	err error
}

// Error implements error.
func (e *buildError) Error() string {
	return "build a server of S3: " + e.err.Error() + ": " + string(e.out)
}

func start(t testing.TB, program string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = l.Addr().String()
	_ = l.Close()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	server := exec.CommandContext(ctx, program, "--port", address, "--quiet", "posix", t.TempDir())
	server.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+key, "ROOT_SECRET_KEY="+secret)
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = server.Wait()
	})
	return address
}

// makeBucket waits until the server answers, and makes a bucket.
func makeBucket(t testing.TB, address, name string) {
	t.Helper()
	client := s3.New(s3.Options{
		BaseEndpoint: aws.String("http://" + address), UsePathStyle: true, Region: region,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		_, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(name)})
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the server of S3 does not answer: %v", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
