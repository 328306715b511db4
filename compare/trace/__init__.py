"""One request through each implementation, call by call."""
