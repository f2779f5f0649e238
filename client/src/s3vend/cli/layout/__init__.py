"""The layout of texts for a terminal of some width: lines, tables and records."""
