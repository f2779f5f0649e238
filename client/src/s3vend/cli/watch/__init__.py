"""The commands `audit` and `canary`."""
