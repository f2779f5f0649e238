"""The local cloud: the stack, its demo and its commands on this machine, without AWS."""
