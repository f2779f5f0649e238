"""The command `s3vend`; docs/cli.md has it for people."""
