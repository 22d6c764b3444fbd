package blob

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	gcaws "gocloud.dev/aws"
	"gocloud.dev/blob/s3blob"
)

// openS3 opens a bucket of S3, or of a server that speaks its protocol.
func openS3(ctx context.Context, o Options) (*Store, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" {
		return nil, ErrURL
	}
	q := u.Query()
	pathStyle, err := flag(q, "use_path_style")
	if err != nil {
		return nil, err
	}
	cfg, err := gcaws.V2ConfigFromURLParams(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrURL, err)
	}
	if o.Key != "" {
		cfg.Credentials = credentials.NewStaticCredentialsProvider(o.Key, o.Secret, "")
	}
	client := s3.NewFromConfig(cfg, func(so *s3.Options) { so.UsePathStyle = pathStyle })
	bucket, err := s3blob.OpenBucket(ctx, client, u.Host, nil)
	if err != nil {
		return nil, err
	}
	return &Store{bucket: bucket}, nil
}

// flag takes a parameter that is true or false out of q.
func flag(q url.Values, name string) (bool, error) {
	value := q.Get(name)
	q.Del(name)
	if value == "" {
		return false, nil
	}
	on, err := strconv.ParseBool(value)
	if err != nil {
		return false, fmt.Errorf("%w: %s is true or false", ErrURL, name)
	}
	return on, nil
}
