"""A language server that completes code with a small model on the user's own CPU."""

__version__ = "0.1.0"
