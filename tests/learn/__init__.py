"""How far a server of one's own has come: `python -m tests.learn URL`."""
