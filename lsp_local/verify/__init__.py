"""A safe edit out of what a model answered, or what is wrong with the answer."""
