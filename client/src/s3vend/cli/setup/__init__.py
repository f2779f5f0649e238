"""The commands for this machine: configure, doctor."""
