"""What people type and what they see, the same for every command."""
