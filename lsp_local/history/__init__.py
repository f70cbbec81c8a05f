"""Training examples from a repository's own commits."""
