"""The benchmark: four servers under load, and what that costs each."""
