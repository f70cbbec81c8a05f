"""R15: what a workspace nobody trusts wants of the settings is not done."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import audited
import hostile
import pytest
from asked import Asked, asked_in
from linted import commit, git

from lsp_local.config import load
from lsp_local.lsp.acting import Acting
from lsp_local.memory.learning import commits_of
from lsp_local.models import ModelError, ModelMissing, resolve
from lsp_local.options import Options
from lsp_local.text import Document

CODE = "def total(prices):\n    return sum(prices)\n"
Files = dict[str, str | bytes]
SPACES: dict[str, tuple[Files, dict[str, str]]] = {
    **{name: ({"pyproject.toml": hostile.TOOL + text}, {}) for name, text in hostile.KEYS.items()},
    **{name: ({"pyproject.toml": text}, {}) for name, text in hostile.PYPROJECTS.items()},
    **{name: (dict(files), {}) for name, files in hostile.FILES.items()},
    **{name: ({}, links) for name, links in hostile.LINKS.items()},
}


class Deaf:
    """Notices that nobody reads."""

    def warn(self, messages: list[str]) -> None:
        """Say nothing."""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in which the server was started, beside what it would like to have read."""
    outside, here = tmp_path / "outside", tmp_path / "shop"
    hostile.lay(
        outside, {"pyproject.toml": hostile.TOOL + "enabled = false\n", "evil.gguf": "GGUF"}
    )
    hostile.lay(outside, {"ours/prompts/evil.md": hostile.PROMPT})
    here.mkdir()
    (here / "link.gguf").symlink_to(outside / "evil.gguf")
    monkeypatch.chdir(here)
    for variable in ("LSP_LOCAL_CACHE_MB", "LSP_LOCAL_SHARE_WORKER", "LSP_LOCAL_N_THREADS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("LSP_LOCAL_MODELS_DIR", str(tmp_path / "models"))
    (tmp_path / "config.toml").touch()
    return here


async def honoured(here: Path, mine: Options) -> list[str]:
    """Return what a workspace has changed for a user with these options."""
    chosen = {"enabled": False} if not mine.enabled else None
    loaded = load(workspace=here, editor=[chosen]).options
    acting = Acting(Deaf())  # type: ignore[arg-type]
    acting.configure(replace(loaded, trusted_folders=mine.trusted_folders), here)
    doc = Document((here / "cart.py").as_uri(), "cart.py", "shop", "python", CODE)
    titles = {one.title for one in acting.offers(doc, 0, 5, (), ()).values()}
    told = await acting._rules(doc)
    found = [name for name in ("Hostile",) if name in titles]
    found += ["rules"] if told else []
    is_longer = loaded.exclude[: len(mine.exclude)] == mine.exclude
    rest = replace(loaded, exclude=mine.exclude if is_longer else ())
    return found if rest == replace(mine, trusted_folders=()) else [*found, repr(loaded)]


@pytest.mark.parametrize(("files", "links"), SPACES.values(), ids=SPACES)
async def test_nothing_is_honoured(workspace: Path, files: Files, links: dict[str, str]) -> None:
    hostile.lay(workspace, files, links)
    mine = replace(Options(), enabled=files != {"pyproject.toml": f"{hostile.TOOL}enabled = true"})
    with audited.acts() as acts:
        assert await honoured(workspace, mine) == []
    outside = str(workspace.parent / "outside")
    assert [act for act in acts if act[0] != "open" or act[1].startswith(outside)] == []
    assert not (workspace.parent / "canary").exists()


@pytest.mark.parametrize(
    ("name", "want"), [("a prompt file", ["Hostile"]), ("rules", ["rules"])], ids=["prompt", "rule"]
)
async def test_what_is_not_honoured_would_be_where_it_is_trusted(
    workspace: Path, name: str, want: list[str]
) -> None:
    hostile.lay(workspace, dict(hostile.FILES[name]))
    assert await honoured(workspace, Options(trusted_folders=(str(workspace),))) == want


def test_a_repository_names_no_commands(workspace: Path) -> None:
    (workspace / "src").mkdir()
    for n in range(2):
        (workspace / "src/cart.py").write_text(f"total = {n}\n")
        commit(workspace)
    assert len(commits_of(workspace, ())) == 2
    tree = git(workspace, "rev-parse", "HEAD:src").strip()
    (workspace / f".git/objects/{tree[:2]}/{tree[2:]}").unlink()
    with (workspace / ".git/config").open("a") as config:
        config.write(hostile.GIT.replace("CANARY", str(workspace.parent / "canary")))
    assert commits_of(workspace, ()) == []
    assert not (workspace.parent / "canary").exists()


@pytest.mark.parametrize("name", ["qwen2.5-coder-0.5b", "my-model", "evil"])
def test_the_name_of_a_model_is_no_file_of_the_workspace(workspace: Path, name: str) -> None:
    hostile.lay(workspace, {name: "GGUF"})
    with pytest.raises((ModelError, ModelMissing)):
        resolve(name)


@pytest.fixture
def asked(workspace: Path, smollm: Path) -> Iterator[Asked]:
    """A server in a workspace that has all of it at once."""
    everything = {name: text for files in hostile.FILES.values() for name, text in files.items()}
    keys = {text.partition(" = ")[0]: text for text in hostile.KEYS.values() if "\n" not in text}
    wanted = "\n".join(text for text in keys.values() if "tool" not in text)
    everything["pyproject.toml"] = hostile.TOOL + wanted
    del everything[".lsp-local"]  # of this name is a folder
    hostile.lay(workspace, {**everything, "cart.py": CODE})
    yield from asked_in(workspace, {"LSP_LOCAL_MODEL": str(smollm)})


def test_nor_does_a_real_server(
    asked: Asked, workspace: Path, reached: Callable[[str, str], None]
) -> None:
    asked.open("cart.py", CODE)
    titles = {one["title"] for one in asked.ask("textDocument/codeAction", asked.place("cart.py"))}
    assert titles
    assert "Hostile" not in titles
    asked.ask("textDocument/inlineCompletion", asked.place("cart.py"))
    acts = asked.acts_until_indexed("cart.py")
    started = {what for event, what in acts if event not in ("open", "socket.connect")}
    assert started == {sys.executable}
    assert all(audited.is_of_this_machine(act) for act in acts)
    outside = str(workspace.parent / "outside")
    assert [what for _, what in acts if what.startswith(outside)] == []
    assert not (workspace.parent / "canary").exists()
    reached("R15", f"0 of {len(SPACES)} workspaces, nor one with all in it, honoured")
