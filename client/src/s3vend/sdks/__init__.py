"""Vended credentials in the form that each SDK and tool expects."""
