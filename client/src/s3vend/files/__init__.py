"""Files whose names others can foretell: never opened through a link, and only if they are ours."""
