"""Training examples from a repository's own commits.

No secret that `privacy` knows is in one.
"""
