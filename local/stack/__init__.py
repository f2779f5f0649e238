"""The project's stack on the local cloud: built, deployed, seeded, kept."""
