"""What lint keeps in files: its cache, baselines, and the results of shards."""

import json
from pathlib import Path

import pytest
from linted import doc_of

from lsp_local.lint import baseline, merging
from lsp_local.lint.cache import Cache, key_of
from lsp_local.lint.finding import Finding, found, numbered
from lsp_local.lint.formats import FORMATS
from lsp_local.lint.report import Report
from lsp_local.text import Document, UserError

DOC = doc_of("begin()\na = b - c\nmiddle()\nd = e - f\nend()\n")


def minus(doc: Document = DOC) -> list[Finding]:
    places = [at for at, char in enumerate(doc.text) if char == "-"]
    return numbered(
        found("wrong-operator", doc, at, at + 1, "é", replacement="+", confidence=0.5)
        for at in places
    )


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


KEY = key_of(DOC, False, None, "model")


@pytest.mark.parametrize(
    "findings",
    [
        pytest.param([], id="nothing"),
        pytest.param(minus(), id="two"),
        pytest.param(minus(doc_of("a - b\n" * 1000)), id="more than an entry holds"),
    ],
)
def test_the_cache_gives_back_what_was_found(cache: Cache, findings: list[Finding]) -> None:
    doc = doc_of("a - b\n" * 1000) if len(findings) > 2 else DOC
    assert cache.fetch(KEY, doc) is None
    cache.store(KEY, findings)
    known = cache.fetch(KEY, doc)
    assert known is not None
    assert numbered(known) == findings


def test_the_cache_knows_a_text_under_another_path(cache: Cache) -> None:
    moved = doc_of(DOC.text, "other/place.py")
    cache.store(KEY, minus())
    assert cache.fetch(key_of(moved, False, None, "model"), moved) == minus(moved)


def test_everything_that_matters_is_in_the_key() -> None:
    keys = {
        key_of(DOC, False, None, "model"),
        key_of(DOC, True, None, "model"),
        key_of(DOC, False, [], "model"),
        key_of(DOC, False, [(0, 1)], "model"),
        key_of(DOC, False, None, "model 2"),
        key_of(doc_of(DOC.text, "a.go"), False, None, "model"),
        key_of(doc_of("a", "a.py"), False, None, "model"),
    }
    assert len(keys) == 7


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "1",
        "1\n",
        "1\n[[]]",
        "x\n[]",
        "9\n[",
        '1\n[["no-rule", 0, 1, "", null, true, 1]]',
        '1\n[["todo", 5, 900, "", null, true, 1]]',
        '1\n[["todo", "a", 9, "", null, true, 1]]',
    ],
)
def test_a_damaged_entry_is_no_entry(cache: Cache, entry: str) -> None:
    cache._disk.store(KEY, entry)
    assert cache.fetch(KEY, DOC) is None


def test_a_folder_that_cannot_be_used_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file")
    cache.store(KEY, minus())
    assert cache.fetch(KEY, DOC) is None
    cache.close()


def test_a_baseline_leaves_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    assert baseline.write(path, minus()) == 2
    known = baseline.read(path)
    assert baseline.new(minus(), known) == []
    moved = minus(doc_of(f"import os\n\n{DOC.text}g = h - i\n"))
    assert [one.line for one in baseline.new(moved, known)] == [8]
    assert [one.line for one in baseline.new(minus(doc_of(f"\n\n{DOC.text}")), known)] == []
    assert baseline.new([*minus(), *minus()], known) == minus()


def test_a_baseline_is_the_same_in_any_order(tmp_path: Path) -> None:
    baseline.write(tmp_path / "a", minus())
    baseline.write(tmp_path / "b", minus()[::-1])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert [entry["count"] for entry in json.loads((tmp_path / "a").read_bytes())["findings"]] == [
        1,
        1,
    ]


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}', '{"version": 1, "findings": [{}]}'])
def test_what_is_no_baseline_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(
        UserError, match=r"a\.json is no baseline; `--write-baseline` makes one anew"
    ):
        baseline.read(tmp_path / "a.json")
    with pytest.raises(UserError, match=r"cannot read .*b\.json: No such file"):
        baseline.read(tmp_path / "b.json")


def test_results_of_shards_become_one(tmp_path: Path) -> None:
    other = minus(doc_of(DOC.text, "a.py"))
    for name, report in {
        "1": Report(tuple(minus()), unfinished=("late.py",), problem="no time"),
        "2": Report((*other, *minus())),
    }.items():
        (tmp_path / name).write_text(FORMATS["json"](report))
    found = merging.merged([tmp_path / "1", tmp_path / "2"])
    assert found == Report((*other, *minus()), {}, ("late.py",), "no time")


def test_merged_results_need_the_files_as_they_were(tmp_path: Path) -> None:
    report = Report(tuple(minus()))
    path = tmp_path / DOC.path
    path.parent.mkdir()
    path.write_text(DOC.text)
    assert merging.with_sources(report, tmp_path).sources[DOC.path].raw == DOC.text.encode()
    path.write_text(f"\n{DOC.text}")
    with pytest.raises(UserError, match=r"cart\.py is not as it was when it was looked at"):
        merging.with_sources(report, tmp_path)
    path.unlink()
    with pytest.raises(UserError, match=r"cannot read shop/cart\.py: No such file"):
        merging.with_sources(report, tmp_path)
