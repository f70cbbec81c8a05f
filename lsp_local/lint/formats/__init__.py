"""The formats in which findings are printed, each in a file of its own."""

from collections.abc import Callable

from lsp_local.lint.formats import (
    concise,
    diff,
    full,
    github,
    gitlab,
    json_object,
    jsonl,
    junit,
    rdjson,
    sarif,
)
from lsp_local.lint.report import Report

# Each returns the whole text, with a line end at its end if there is anything.
FORMATS: dict[str, Callable[[Report], str]] = {
    "concise": concise.rendered,
    "full": full.rendered,
    "json": json_object.rendered,
    "jsonl": jsonl.rendered,
    "sarif": sarif.rendered,
    "github": github.rendered,
    "gitlab": gitlab.rendered,
    "rdjson": rdjson.rendered,
    "junit": junit.rendered,
    "diff": diff.rendered,
}
