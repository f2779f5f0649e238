"""The demo: the memo's example, step by step."""
