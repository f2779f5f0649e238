"""The command that writes what the service has as a `vending.yaml`."""
