"""Prompt files of the user's own, and what a project says to those who write code in it."""
