"""Many files in one transfer: signed in batches, sent by many threads, each with its own result."""
