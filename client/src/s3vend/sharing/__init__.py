"""Links for people: makes, lists and takes back shares."""
