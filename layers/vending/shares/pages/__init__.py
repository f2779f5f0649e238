"""The pages that people see who open a link."""
