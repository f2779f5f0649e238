"""The commands for users: credentials, exec, ls, whoami, explain."""
