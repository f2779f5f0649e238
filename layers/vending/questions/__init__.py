"""Questions of administrators: who can reach what, now or on a past day, and why."""
