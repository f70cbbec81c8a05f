"""Lint: suggestions for CI, from a small model and from rules that need none."""
