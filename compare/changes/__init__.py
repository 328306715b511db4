"""One change, kept as patches: applied to a copy, and tested there."""
