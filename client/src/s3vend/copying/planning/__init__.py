"""Decides what is copied, deleted or left as it is; nothing is changed yet."""
