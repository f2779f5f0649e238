"""Commands that copy objects or presign URLs for them: `cp` and `url`."""
