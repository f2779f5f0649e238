"""The commands for administrators: plan, apply, revoke."""
