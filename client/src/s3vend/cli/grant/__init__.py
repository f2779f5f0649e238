"""Commands that change who may do what: plan, apply, revoke."""
