"""Settings from the environment, and wiring."""
