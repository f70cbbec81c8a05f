"""Options that the user has set for one folder."""

from pathlib import Path

import pytest

from lsp_local.config import load
from lsp_local.options import Options


def check(tmp_path: Path, toml: str, folder: str, want: Options, warnings: int = 0) -> list[str]:
    user_file = tmp_path / "config.toml"
    user_file.write_text(toml.replace("ROOT", str(tmp_path)))
    (tmp_path / "a" / "b").mkdir(parents=True, exist_ok=True)
    workspace = tmp_path / folder if folder else None
    loaded = load(workspace=workspace, environ={}, user_file=user_file)
    assert loaded.options == want
    assert len(loaded.warnings) == warnings
    return [warning.replace(str(tmp_path), "ROOT") for warning in loaded.warnings]


A = 'n_ctx = 2048\n[workspace."ROOT/a"]\nadapter = "a.gguf"\nn_ctx = 1024\n'


@pytest.mark.parametrize(
    ("toml", "folder", "want"),
    [
        pytest.param(A, "a", Options(adapter="a.gguf", n_ctx=1024), id="in the folder"),
        pytest.param(A, "a/b", Options(adapter="a.gguf", n_ctx=1024), id="and below it"),
        pytest.param(A, "ab", Options(n_ctx=2048), id="not in one whose name begins alike"),
        pytest.param(A, "", Options(n_ctx=2048), id="nor without a folder"),
        pytest.param(
            '[workspace."ROOT/a/b"]\nn_ctx = 600\n' + A[13:],
            "a/b",
            Options(adapter="a.gguf", n_ctx=600),
            id="the nearest folder decides, wherever it stands in the file",
        ),
        pytest.param(
            '[workspace."ROOT/a/"]\ntrusted_folders = ["/x"]',
            "a",
            Options(trusted_folders=("/x",)),
            id="it is the user's own file, so any option may stand there",
        ),
        pytest.param('[workspace]\n"ROOT" = {}', "a", Options(), id="an empty table"),
    ],
)
def test_options_of_a_folder(tmp_path: Path, toml: str, folder: str, want: Options) -> None:
    check(tmp_path, toml, folder, want)


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    assert check(tmp_path, '[workspace."ROOT/a"]\nn_ctx = 1', "a", Options(), 1) == [
        "ROOT/config.toml [workspace.'ROOT/a']: `n_ctx` must be a whole number from 512 to "
        "131072, not 1; it stays 4096"
    ]
    assert check(tmp_path, "[workspace.a]\nn_ctx = 1024", "a", Options(), 1) == [
        "ROOT/config.toml: `[workspace.'a']` must name an absolute folder, or one that begins "
        "with `~`"
    ]
    assert check(tmp_path, "workspace = 1", "a", Options(), 1) == [
        'ROOT/config.toml: write `[workspace."/folder"]` above the options of a folder'
    ]
    assert check(tmp_path, '[workspace]\n"ROOT/a" = 1', "a", Options(), 1) == [
        "ROOT/config.toml [workspace.'ROOT/a']: must be a table of options, not 1"
    ]


def test_a_workspace_may_not_name_an_adapter(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.lsp-local]\nadapter = "evil.gguf"\n')
    loaded = load(workspace=tmp_path, environ={}, user_file=None)
    assert loaded.options.adapter == ""
    assert "`adapter` is not a workspace's" in loaded.warnings[0]
