"""What is learned of a project: observations and habits, on this machine only, all erasable.

Only where the option `memory` is on. `database` is a SQLite file that may be damaged, locked or
gone, `store` what stands in it. `noting` says what of an event may be kept at all, `keeping` is
the only way in, `learning` looks at files and commits. `styles` counts habits, `habits` makes
sentences of them, `recall` chooses for a question, `quoting` does without the model what can be
done without.

Outside of trusted folders no text of a file reaches a prompt this way, only sentences of
`habits.SENTENCES`.
"""
