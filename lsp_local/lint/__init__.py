"""Lint: suggestions for CI, from a small model and from rules that need none.

`planning` says which files, `run` asks `static` and a `Detector`; `ignoring`, `baseline` and
`cache` say what is known already. The model's `detector` looks at a function (`look`) once, from
left to right (`reading`): what the model would rather have written makes edits (`alternatives`),
`kinds` names what they mend or drops them, and those that make the code behind them likelier, too,
are weighed (`weighing`). `piecewise` asks function by function for the editor. On many machines
`fleet` hands out texts and replaces lost workers, `on_ray` has the cluster's, each of which runs a
`looker`.

The same text and settings give the same bytes: an engine scores in blocks that do not depend on
what was read before.
"""
