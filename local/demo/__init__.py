"""The demo: the memo's story, step by step."""
