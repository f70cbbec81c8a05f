"""R22: the same code and settings give the same findings, byte for byte.

`lsp-local bench lint` does the same with any model and any folder (tests/test_bench_lint.py).
"""

from collections import Counter
from collections.abc import Callable
from inspect import getsource
from pathlib import Path
from textwrap import dedent, shorten

from lsp_local.evals import steadiness
from lsp_local.lint import planning
from lsp_local.options import Options

MUTATED = """\
def clip(value, low, high):
    if value < low:
        return low
    if value > high:
        return low
    return value


def last(items):
    return items[len(items)]
"""


async def test_lint_says_the_same_every_time(
    tmp_path: Path, smollm: Path, many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    n_runs = many(short=4, long=20)
    code = tmp_path / "code"
    code.mkdir()
    (code / "clip.py").write_text(MUTATED)
    for function in (dedent, shorten)[: many(short=0, long=2)]:
        (code / f"{function.__name__}.py").write_text(getsource(function))
    plan = planning.whole(code, [code], (), lambda _: None)
    options = Options(model=str(smollm), n_ctx=1024)
    found = [one async for one in steadiness.runs(options, plan, tmp_path / "kept", n_runs, 1)]
    reached(
        "R22",
        f"{steadiness.n_same(found)} of {n_runs} the same: {found[0].n_findings} findings, cold "
        "and warm, in one and two jobs, files in another order each time",
    )
    assert Counter(one.digest for one in found).most_common(1)[0][1] == n_runs
    assert found[0].n_findings
