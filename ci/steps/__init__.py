"""What the GitHub action and the GitLab component do; docs/ci.md describes it for their users."""
