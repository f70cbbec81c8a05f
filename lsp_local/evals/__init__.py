"""What `lsp-local bench` and `lsp-local eval` run: figures, never asserts.

For `bench typing` a trace (`traces`) says what is typed, `replay` types it and has the simulated
user, `system` is what it types into, `ours` our server, `llama_vim` the rival, `figures` what came
of it. For `eval`, `systems` is what is compared, `infilling`, `holes`, `quiet`, `edits` and
`linting` have the tasks, `scoring` the figures with their intervals, and `sandbox` runs what a
model wrote, with limits and without a network.
"""
