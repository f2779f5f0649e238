"""Commands for this machine: configure, doctor."""
