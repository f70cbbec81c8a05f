"""The model: its contract, the process that owns it, and the way to talk to that process."""
