"""One AssumeRole: policy, name, duration."""
