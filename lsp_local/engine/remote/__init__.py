"""A model that a server of the user's choice runs: text is sent, and tokens are ours alone.

The same contract as an engine of our own (docs/engines.md): `vocab` makes tokens of text and text
of tokens, `decode` asks and applies the same stop rules, `http` bounds all that can go wrong,
`models` knows how each family wants to be asked.
"""
