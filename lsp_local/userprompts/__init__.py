"""Prompt files of the user's own, and what a project says to those who write code in it.

Both are read only in folders that `trust` finds trusted, and with suspicion.
"""
