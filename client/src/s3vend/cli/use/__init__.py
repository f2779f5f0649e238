"""Commands for whoever needs files: credentials, exec, url, cp, ls, whoami, explain."""
