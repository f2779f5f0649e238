"""Makes releases: docs/releases.md says what one is, docs/adr/0043-releases.md why."""
