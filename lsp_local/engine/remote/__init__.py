"""A model that a server of the user's choice runs: text is sent, and tokens are ours alone."""
