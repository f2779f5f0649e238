"""The local cloud on 127.0.0.1: MiniStack, an issuer, and their processes."""
