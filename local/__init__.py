"""The local cloud: the stack and its commands on this machine, without AWS."""
