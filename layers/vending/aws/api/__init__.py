"""API Gateway's events, and the responses to them."""
