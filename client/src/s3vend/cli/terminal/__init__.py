"""Input and output of every command: arguments, options, text, confirmation, exit codes."""
