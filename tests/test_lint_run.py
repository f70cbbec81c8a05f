"""One run of lint, with a detector that has a script."""

from pathlib import Path

import pytest
from linted import KEY, ScriptedDetector, ScriptedReviewer, commit, git

from lsp_local.lint import planning
from lsp_local.lint.cache import Cache
from lsp_local.lint.formats import FORMATS
from lsp_local.lint.planning import Item, Plan
from lsp_local.lint.report import Report
from lsp_local.lint.run import Limits, Watch, lint

FILES = {
    "a.py": "x = a - b\n",
    "b.ts": "const x = a - b; // lsp-local: ignore[wrong-operator] so\n",
    "c/d.go": "package c\n\nvar x = a - b\n",
    "c/e.py": "x = 1  # lsp-local: ignore[off-by-one]\n",
    "f.py": "# lsp-local: private\nx = a - b\n# lsp-local: public\ny = c - d\n",
}
WANT = [
    "a.py:1:7: warning: `+` is likelier [wrong-operator] (75% sure)",
    "c/d.go:3:11: warning: `+` is likelier [wrong-operator] (75% sure)",
    "c/e.py:1:6: note: `off-by-one` finds nothing here [stale-ignore]",
    "f.py:4:7: warning: `+` is likelier [wrong-operator] (75% sure)",
]


NO_LIMITS = Limits()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


async def lint_all(
    root: Path,
    detector: ScriptedDetector | None,
    limits: Limits = NO_LIMITS,
    cache: Cache | None = None,
    paths: list[Path] | None = None,
) -> Report:
    plan = planning.whole(root, paths or [root], (), print)
    return await lint(plan, detector, cache, limits, Watch())


def lines(report: Report) -> list[str]:
    return FORMATS["concise"](report).splitlines()


async def test_findings_of_a_model_and_others(root: Path) -> None:
    assert lines(await lint_all(root, ScriptedDetector())) == WANT


async def test_without_a_model_no_comment_for_it_is_stale(root: Path) -> None:
    assert lines(await lint_all(root, None)) == []


async def test_the_model_explains_when_asked(root: Path) -> None:
    found = await lint_all(root, ScriptedDetector(), Limits(explain=True))
    assert found.findings[0].message == "`+` is likelier, says the model"


async def test_what_is_less_sure_is_left_out(root: Path) -> None:
    found = await lint_all(root, ScriptedDetector(), Limits(least_confidence=0.8))
    assert [one.rule for one in found.findings] == ["stale-ignore"]


async def test_a_model_reads_nothing_private(root: Path) -> None:
    detector = ScriptedDetector()
    await lint_all(root, detector, paths=[root / "f.py"])
    assert detector.asked == [" " * 20 + "\n" + " " * 9 + "\n" + " " * 19 + "\ny = c - d\n"]


async def test_every_way_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    found = [
        FORMATS["json"](await lint_all(root, ScriptedDetector(), Limits(n_jobs), kept, paths))
        for kept in (None, cache, cache)
        for n_jobs in (1, 2, 8)
        for paths in (None, [root / name for name in sorted(FILES, reverse=True)])
    ]
    assert len(set(found)) == 1


async def test_a_cache_spares_the_model(root: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    first, second = ScriptedDetector(), ScriptedDetector(problem="no model is needed")
    await lint_all(root, first, cache=cache)
    (root / "a.py").rename(root / "c/renamed.py")
    found = await lint_all(root, second, cache=cache)
    assert (len(first.asked), second.asked, found.problem) == (5, [], "")
    assert [one.path for one in found.findings] == ["c/d.go", "c/e.py", "c/renamed.py", "f.py"]


async def test_a_model_that_fails_is_asked_once(root: Path) -> None:
    detector = ScriptedDetector(problem="it is gone")
    (root / "a.py").write_text(f"key = '{KEY}'\n")
    found = await lint_all(root, detector)
    assert (len(detector.asked), found.problem, found.unfinished) == (1, "it is gone", (*FILES,))
    assert [one.rule for one in found.findings] == ["secret"]


async def test_the_time_is_up(root: Path) -> None:
    found = await lint_all(root, ScriptedDetector(seconds=9), Limits(max_seconds=0.01))
    assert found.problem == "the 0.01 seconds are used up"
    assert found.unfinished == (*FILES,)


async def test_only_what_changed_is_looked_at(root: Path) -> None:
    (root / "a.py").write_text(f"x = a - b\ny = c - d\nz = '{KEY}'\n")
    commit(root)
    (root / "a.py").write_text(f"x = a - b\ny = 1 - 2  # TODO: 3\nz = '{KEY}'\n")
    (root / "untracked.py").write_text("x = a - b\n")
    plan = planning.since(root, [root], (), "HEAD")
    assert lines(await lint(plan, ScriptedDetector(), None, Limits(), Watch())) == [
        "a.py:2:7: warning: `+` is likelier [wrong-operator] (75% sure)",
        "a.py:2:14: note: a new line leaves a TODO [todo]",
    ]


async def test_what_is_staged_is_looked_at_as_it_is_staged(root: Path) -> None:
    commit(root)
    (root / "a.py").write_text("x = a - b\ny = c - d\n")
    (root / "node_modules").mkdir()
    (root / "node_modules/n.js").write_text("a - b\n")
    git(root, "add", "-A")
    (root / "a.py").write_text("nothing\n")
    plan = planning.staged(root, [root], ())
    assert plan.items == (Item("a.py", [(2, 2)]),)
    found = await lint(plan, ScriptedDetector(), None, Limits(), Watch())
    assert [(one.path, one.line) for one in found.findings] == [("a.py", 2)]


def test_shards_are_parts_of_the_whole(root: Path) -> None:
    plan = Plan(root, tuple(Item(f"{n}.py") for n in range(100)))
    parts = [plan.shard(n, 3).items for n in (1, 2, 3)]
    assert sorted(sum(parts, ()), key=plan.items.index) == [*plan.items]
    assert [len(part) for part in parts] == [44, 23, 33]
    fewer = Plan(root, plan.items[:50]).shard(1, 3).items
    assert fewer == tuple(one for one in parts[0] if one in plan.items[:50])


async def test_notices_and_progress(root: Path) -> None:
    (root / "a.py").write_text("def f(:\n")
    (root / "b.ts").write_bytes(b"\0")
    notices: list[str] = []
    advanced: list[int] = []
    plan = planning.whole(root, [root / "a.py", root / "b.ts"], (), notices.append)
    await lint(plan, None, None, Limits(), Watch(notices.append, advanced.append))
    assert notices == [
        "a.py:1: syntax error; what stands around it is not judged",
        "b.ts is binary, or not UTF-8; it is left out",
    ]
    assert advanced == [8, 1]


async def test_a_review_is_asked_beside_the_detector_and_kept_apart(
    root: Path, tmp_path: Path
) -> None:
    cache = Cache(tmp_path / "cache")
    plan = planning.whole(root, [root], (), print)
    await lint(plan, ScriptedDetector(), cache, Limits(), Watch())
    known, reviewer = ScriptedDetector(problem="no model is needed"), ScriptedReviewer()
    for _ in range(2):
        found = await lint(plan, known, cache, Limits(), Watch(), reviewer)
        assert [one for one in lines(found) if "[review]" in one] == [
            "a.py:1:1: note: is it so? [review] (60% sure)",
            "b.ts:1:1: note: is it so? [review] (60% sure)",
            "c/d.go:1:1: note: is it so? [review] (60% sure)",
            "c/e.py:1:1: note: is it so? [review] (60% sure)",
            "f.py:1:1: note: is it so? [review] (60% sure)",
        ]
        assert [one for one in lines(found) if "[review]" not in one] == WANT
    assert len(reviewer.asked) == len(FILES)


async def test_a_review_that_fails_leaves_what_others_find(root: Path) -> None:
    plan = planning.whole(root, [root], (), print)
    reviewer = ScriptedReviewer(problem="it is gone")
    found = await lint(plan, ScriptedDetector(), None, Limits(), Watch(), reviewer)
    assert (lines(found), found.problem, found.unfinished) == (WANT, "it is gone", (*FILES,))


@pytest.mark.parametrize(
    ("is_reviewing", "want"),
    [(False, []), (True, ["a.py:1:6: note: `review` finds nothing here [stale-ignore]"])],
)
async def test_only_a_review_makes_a_comment_for_it_stale(
    root: Path, is_reviewing: bool, want: list[str]
) -> None:
    (root / "a.py").write_text("x = 1  # lsp-local: ignore[review]\n")
    plan = planning.whole(root, [root / "a.py"], (), print)
    who = ScriptedDetector() if is_reviewing else None
    assert lines(await lint(plan, ScriptedDetector(), None, Limits(), Watch(), who)) == want
