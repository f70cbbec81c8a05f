"""What `eval lint` takes for its data, and says of what it does not."""

from pathlib import Path

import pytest

from lsp_local.cli.eval_lint import eval_lint
from lsp_local.text import UserError


def check(folder: Path, want: str, **given: Path | bool) -> None:
    with pytest.raises(UserError, match=want):
        eval_lint(folder, **given)


def test_a_folder_alone_says_too_little(tmp_path: Path) -> None:
    check(tmp_path, "`--fixed DIR`, or have bugs made")


def test_bugs_are_there_or_are_made(tmp_path: Path) -> None:
    check(tmp_path, "either `--fixed` or `--mutate`", fixed=tmp_path, mutate=True)


def test_an_empty_folder_has_no_pairs(tmp_path: Path) -> None:
    check(tmp_path, "no file in .* differs", fixed=tmp_path)


def test_nothing_is_made_of_nothing(tmp_path: Path) -> None:
    check(tmp_path, "no function was found", mutate=True)
    check(tmp_path / "nowhere", "there is no .*nowhere", mutate=True)
