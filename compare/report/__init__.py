"""The report: a static site about all four implementations."""
