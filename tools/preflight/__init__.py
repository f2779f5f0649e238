"""Looks at an account before the first deployment, and says what to change: `make preflight`."""
