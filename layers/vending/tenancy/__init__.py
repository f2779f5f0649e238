"""Whether an issuer, or a grant to its callers, is pinned to one tenant."""
