// minio-go, as Debian has it. Without a region it asks the bucket for it.
package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func main() {
	ctx := context.Background()
	host := strings.TrimPrefix(os.Getenv("AWS_ENDPOINT_URL_S3"), "http://")
	client, err := minio.New(host, &minio.Options{
		Creds:  credentials.NewIAM(""),
		Region: os.Getenv("AWS_REGION"),
	})
	if err != nil {
		panic(err)
	}
	bucket := os.Getenv("BUCKET")
	read := func(key string) (string, error) {
		object, err := client.GetObject(ctx, bucket, key, minio.GetObjectOptions{})
		if err != nil {
			return "", err
		}
		found, err := io.ReadAll(object)
		return string(found), err
	}
	write := func(key string) error {
		body := os.Getenv("BODY")
		_, err := client.PutObject(
			ctx, bucket, key, strings.NewReader(body), int64(len(body)), minio.PutObjectOptions{})
		return err
	}
	if err := write(os.Getenv("OUT")); err != nil {
		panic(err)
	}
	found, err := read(os.Getenv("IN"))
	if err != nil {
		panic(err)
	}
	refused := []string{"was allowed", "was allowed"}
	if _, err := read(os.Getenv("OUTSIDE")); err != nil {
		refused[0] = err.Error()
	}
	if err := write(os.Getenv("STRAY")); err != nil {
		refused[1] = err.Error()
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"read": found, "refused": refused})
}
