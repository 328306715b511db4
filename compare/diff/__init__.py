"""Two implementations side by side."""
