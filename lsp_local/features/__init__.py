"""What the user gets: one feature, one file, one verb."""
