"""Reads request bodies: strictly, and with every fault named."""
