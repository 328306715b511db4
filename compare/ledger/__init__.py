"""The ledger: who does the work of each capability, and where."""
