"""Gathers what is known and decides."""
