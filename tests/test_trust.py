from pathlib import Path

import pytest

from lsp_local.config import load
from lsp_local.options import Options
from lsp_local.trust import is_trusted


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders, links between them, and `~` for the first of them."""
    for folder in ("home/code/shop/src", "home/codex", "evil", "a/bc"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "home/code/link").symlink_to(tmp_path / "evil")
    (tmp_path / "way-in").symlink_to(tmp_path / "home/code")
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "home/code")
    return tmp_path


@pytest.mark.parametrize(
    ("trusted", "folder", "want"),
    [
        pytest.param([], "home/code", False, id="nothing is trusted unless it is named"),
        pytest.param(["DIR/home/code"], "home/code", True, id="the folder itself"),
        pytest.param(["DIR/home/code/"], "home/code/shop/src", True, id="what is below"),
        pytest.param(["DIR/home/code"], "home", False, id="not what is above"),
        pytest.param(["DIR/home/code"], "home/codex", False, id="not what begins alike"),
        pytest.param(["DIR/home/code"], "home/code/../codex", False, id="not by way of dots"),
        pytest.param(["DIR/home/code"], "home/code/link", False, id="not where a link leads"),
        pytest.param(["DIR/home/code"], "way-in/shop", True, id="through a link from outside"),
        pytest.param(["DIR/way-in"], "home/code/shop", True, id="named by a link"),
        pytest.param(["~/code"], "home/code/shop", True, id="a tilde is the user's home"),
        pytest.param(["~"], "evil", False, id="and nothing else"),
        pytest.param(["~nobody-of-this-name/x"], "home/code", False, id="no such user"),
        pytest.param([".", "shop", "*"], "home/code/shop", False, id="relative paths name nothing"),
        pytest.param(["/"], "evil", True, id="the root is everything, who wants that"),
        pytest.param(["DIR/a/b"], "a/bc", False, id="whole names only"),
        pytest.param(["DIR/loop"], "evil", False, id="a loop of links"),
        pytest.param(["/x", "DIR/evil"], "evil", True, id="any of them"),
        pytest.param(["DIR/gone"], "gone/x", True, id="what does not exist yet"),
        pytest.param(["DIR"], "a\0b", False, id="a name that cannot be"),
    ],
)
def test_is_trusted(home: Path, trusted: list[str], folder: str, want: bool) -> None:
    options = Options(trusted_folders=tuple(entry.replace("DIR", str(home)) for entry in trusted))
    assert is_trusted(options, home / folder) is want


def test_no_workspace_vouches_for_itself(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.lsp-local]\ntrusted_folders = ["/"]\n')
    user_file = tmp_path / "config.toml"
    user_file.write_text('trusted_folders = ["/mine"]\n')
    loaded = load(workspace=tmp_path, environ={}, user_file=user_file)
    assert loaded.options.trusted_folders == ("/mine",)
    assert [warning.split(": ", 1)[1] for warning in loaded.warnings] == [
        "`trusted_folders` is not a workspace's; set it in your own config.toml, in your editor's "
        "settings or in the environment"
    ]
