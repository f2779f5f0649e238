"""The commands `who-can` and `reach`."""
