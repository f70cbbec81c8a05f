"""What can be done with code at a place: all of it that needs no model."""
