"""Commands that look at what happened: audit, canary."""
