"""Which files get mistakes, and pairs of files that have them already."""

import random
from pathlib import Path

import pytest
from linted import commit

from lsp_local.evals import mutating, pairs
from lsp_local.evals.mistakes import Subject, same_but_for_space, window
from lsp_local.evals.mutating import Choice
from lsp_local.text import UserError

FUNCTION = """\
def {name}(low, high):
    if low < high and not reached(low, high):
        return low + 1
    return high


"""


def file_of(*names: str) -> str:
    return "".join(FUNCTION.format(name=name) for name in names)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def told(found: list[Subject]) -> list[tuple[str, str, int, str]]:
    return [
        (one.kind, subject.doc.path, one.line, one.doc.text)
        for subject in found
        for one in subject.mistakes
    ]


FILES = {
    "shop/cart.py": file_of("a", "b", "c", "d"),
    "shop/till.py": file_of("e"),
    "tests/test_cart.py": file_of("test_a"),
    "shop/broken.py": "def f(:\n" + file_of("x"),
    "shop/empty.py": "",
    "shop/note.md": "def f(): pass",
    "build/made.py": file_of("y"),
    ".gitignore": "build/\n",
}


@pytest.mark.parametrize(
    ("choice", "want"),
    [
        pytest.param(
            Choice(0, 0, 1), {"shop/cart.py": 4, "shop/till.py": 1}, id="one in each function"
        ),
        pytest.param(
            Choice(2, 0, 1), {"shop/cart.py": 1, "shop/till.py": 1}, id="first one in each file"
        ),
        pytest.param(
            Choice(3, 0, 1), {"shop/cart.py": 2, "shop/till.py": 1}, id="then another in each"
        ),
        pytest.param(
            Choice(0, 2, 1), {"shop/cart.py": 2, "shop/till.py": 1}, id="of some functions"
        ),
        pytest.param(
            Choice(0, 0, 1, with_tests=True),
            {"shop/cart.py": 4, "shop/till.py": 1, "tests/test_cart.py": 1},
            id="tests only if asked",
        ),
    ],
)
def test_which_files_get_mistakes(tmp_path: Path, choice: Choice, want: dict[str, int]) -> None:
    commit(write(tmp_path, FILES))
    found = mutating.subjects([tmp_path], (), choice, pytest.fail)
    assert {one.doc.path: len(one.mistakes) for one in found} == want
    for one in found:
        names = [function.name for function in one.functions]
        assert all(names[made.n - one.first] == made.function.name for made in one.mistakes)
        assert len({made.n for made in one.mistakes}) == len(one.mistakes)
        assert one.n_functions == (4 if one.doc.path == "shop/cart.py" else 1)


def test_the_seed_decides(tmp_path: Path) -> None:
    commit(write(tmp_path, FILES))
    found = [
        told(mutating.subjects([tmp_path], (), Choice(0, 3, seed), pytest.fail))
        for seed in (1, 1, 2)
    ]
    assert found[0] == found[1] != found[2]


def test_private_code_is_left_alone(tmp_path: Path) -> None:
    text = file_of("a") + "# lsp-local: private\n" + file_of("b")
    write(tmp_path, {"a.py": text})
    (one,) = mutating.subjects([tmp_path], (), Choice(0, 0, 1), pytest.fail)
    assert [function.name for function in one.functions] == ["a"]


def test_without_code_the_user_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "x", "tests/test_a.py": file_of("a")})
    with pytest.raises(UserError, match="no function was found"):
        mutating.subjects([tmp_path], (), Choice(0, 0, 1), pytest.fail)


@pytest.mark.parametrize(
    ("n", "most", "around"),
    [
        pytest.param(9, 3, None, id="some"),
        pytest.param(9, 0, None, id="all"),
        pytest.param(2, 3, None, id="fewer than wanted"),
        pytest.param(9, 3, 0, id="around the first"),
        pytest.param(9, 3, 8, id="around the last"),
        pytest.param(9, 3, 4, id="around one in the middle"),
    ],
)
def test_windows(n: int, most: int, around: int | None) -> None:
    for seed in range(20):
        found = window(n, most, random.Random(seed), around)
        assert len(found) == min(n, most or n)
        assert found.start >= 0
        assert found.stop <= n
        assert around is None or around in found


@pytest.mark.parametrize(
    ("one", "other", "want"),
    [
        pytest.param("a  + b\n", "a + b", True, id="space"),
        pytest.param("a+b", "a + b", True, id="none"),
        pytest.param("a - b", "a + b", False, id="a sign"),
        pytest.param("", "", True, id="nothing"),
    ],
)
def test_equal_but_for_space(one: str, other: str, want: bool) -> None:
    assert same_but_for_space(one, other) is want


BUGGY = file_of("a", "b", "c")
RIGHT = BUGGY.replace(
    "def b(low, high):\n    if low < high", "def b(low, high):\n    if low > high"
)


def test_folders_are_paired_by_their_paths(tmp_path: Path) -> None:
    two = RIGHT.replace("low + 1", "low - 1", 1)
    buggy = write(
        tmp_path / "buggy",
        {
            "in/a.py": BUGGY,
            "alone.py": BUGGY,
            "equal.py": BUGGY,
            "two.py": BUGGY,
            "outside.py": "x = 1\n" + BUGGY,
            "renamed.py": BUGGY,
            "notes.txt": "a",
        },
    )
    fixed = write(
        tmp_path / "fixed",
        {
            "in/a.py": RIGHT,
            "equal.py": BUGGY + "\n",
            "two.py": two,
            "outside.py": "x = 2\n" + BUGGY,
            "renamed.py": BUGGY.replace("def b(", "def z("),
            "notes.txt": "b",
        },
    )
    found = pairs.load(buggy, fixed, (), 2, 1, pytest.fail)
    assert found.left_out == {
        "no_partner": 1,
        "equal": 1,
        "not_one_line": 1,
        "not_in_a_function": 2,
    }
    (one,) = found.subjects
    assert (one.doc.text, one.doc.path, one.n_functions) == (RIGHT, "in/a.py", 3)
    (made,) = one.mistakes
    assert (made.kind, made.line, made.n, made.doc.text) == ("pair", 7, 1, BUGGY)
    assert made.function.name in [function.name for function in one.functions]
    assert len(one.functions) == 2
    assert pairs.drawn(found.subjects, 1, 1) == [one]


@pytest.mark.parametrize(
    ("buggy", "fixed", "complaint"),
    [
        pytest.param("buggy", "nowhere", "is no folder", id="no folder of corrected files"),
        pytest.param("buggy/a.py", "buggy", "is no folder", id="a file"),
        pytest.param("buggy", "buggy", r"no file in .* \(1 equal\)", id="nothing differs"),
    ],
)
def test_what_cannot_be_paired(tmp_path: Path, buggy: str, fixed: str, complaint: str) -> None:
    write(tmp_path, {"buggy/a.py": BUGGY})
    with pytest.raises(UserError, match=complaint):
        pairs.load(tmp_path / buggy, tmp_path / fixed, (), 2, 1, pytest.fail)
