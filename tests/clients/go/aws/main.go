// The AWS SDK for Go 2, as Debian has it. It prints what the Python programs print.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	client := s3.NewFromConfig(settings, func(options *s3.Options) {
		options.UsePathStyle = true
		options.EndpointResolver = s3.EndpointResolverFromURL(os.Getenv("AWS_ENDPOINT_URL_S3"))
	})
	bucket := aws.String(os.Getenv("BUCKET"))
	read := func(key string) (string, error) {
		answer, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &key})
		if err != nil {
			return "", err
		}
		defer answer.Body.Close()
		found, err := io.ReadAll(answer.Body)
		return string(found), err
	}
	write := func(key string) error {
		body := bytes.NewReader([]byte(os.Getenv("BODY")))
		_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: body})
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
