"""Forms and pages of browsers, as API Gateway's events and answers."""
