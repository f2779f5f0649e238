"""The commands for users: credentials, exec, url, cp, ls, whoami, explain."""
