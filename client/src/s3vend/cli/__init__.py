"""The command `s3vend`, which docs/cli.md documents."""
