"""Vended credentials in the form that SDKs and tools take."""
