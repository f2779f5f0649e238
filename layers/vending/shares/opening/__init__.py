"""Opening a link: who has it gets a page, a password is checked, and files are given."""
