"""The audit record of a decision, and the metrics in it."""
