"""What is denied, by the parts of the role session name."""
