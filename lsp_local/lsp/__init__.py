"""The language server protocol; nothing outside this package has heard of it.

pygls with its gaps closed. A message comes in through `stdio`, which finds the next frame after
bytes that are none, and `transport`, which answers every request exactly once; `server` takes the
document as it is now from `documents` and hands it to `session`, which knows who waits for what
and consists of `pieces`. Beside the completions stand `instructed` (actions, hover), `looking`
(lint), `background` (what the model does while nobody waits) and `loading` (which model is in
memory, with `jobs`, `on_demand` and `room`).

No file is read for a document that is not open, and no traceback leaves the process.
"""
