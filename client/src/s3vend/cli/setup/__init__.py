"""The commands about this installation: doctor, version."""
