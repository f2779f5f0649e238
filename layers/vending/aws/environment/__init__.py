"""Reads settings from the environment, and wires the functions' effects."""
