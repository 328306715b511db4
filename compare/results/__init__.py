"""What the suites found, as one table."""
