"""API Gateway events, and the answers to them."""
