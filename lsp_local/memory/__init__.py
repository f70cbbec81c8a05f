"""What is learned of a project: observations and habits, on this machine only, all erasable."""
