"""Denials: which callers, grants and sessions are denied, by parts of the role session name."""
