"""Programs that write what is generated in this repository, and check that it is current."""
