"""One AssumeRole call: session policy, role session name and duration."""
