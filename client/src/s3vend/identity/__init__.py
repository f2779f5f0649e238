"""The caller's identity: settings, tokens and AWS credentials."""
