"""R18: no secret is kept: not in prompts, so not in states, nor in the index, memory or lint."""

from collections.abc import Callable
from pathlib import Path

import pytest
from planted import N_KINDS, leaked, line_of, secrets

from lsp_local import folders, privacy
from lsp_local.index import Index
from lsp_local.lint.cache import Cache, key_of
from lsp_local.lint.static import find_static
from lsp_local.memory.keeping import keep
from lsp_local.memory.noting import Event
from lsp_local.memory.observations import Kind
from lsp_local.memory.store import store_of
from lsp_local.text import Document

ABOVE, BELOW = "import shop\n\n", "\nprint(shop)\n"


@pytest.mark.parametrize("kind", range(N_KINDS))
def test_a_secret_is_hidden_while_it_is_typed_and_around_the_cursor(kind: int) -> None:
    secret = secrets(N_KINDS)[kind]
    for n in (0, 2):
        line = line_of(secret, n)
        at = line.index(secret)
        for n_typed in {*range(14, len(secret), 5), len(secret)}:
            now = line[: at + n_typed]
            for behind in ("", line[at + n_typed :], line[at + len(secret) :]):
                shown = privacy.redact_around(ABOVE + now, behind + BELOW)
                assert not leaked(secret, "\0".join(shown)), (now, behind)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('password := "<WORD>"', id="Go, short"),
        pytest.param('var dbPassword string = "<WORD>"', id="Go"),
        pytest.param('let secret: &str = "<WORD>";', id="Rust"),
        pytest.param('let mut secret = String::from("<WORD>");', id="Rust, owned"),
        pytest.param("const apiKey: string = '<WORD>';", id="TypeScript"),
        pytest.param('password: Optional[str] = b"<WORD>"', id="Python"),
        pytest.param("export DB_PASSWORD=<WORD>", id="a shell"),
    ],
)
def test_a_telling_name_tells_in_every_language(line: str) -> None:
    word = "correcthorse7"
    shown = privacy.redact(line.replace("<WORD>", word))
    assert word not in shown
    assert privacy.PLACEHOLDER in shown


@pytest.mark.parametrize("kind", range(N_KINDS))
def test_a_selection_does_not_cut_a_secret_in_two(kind: int) -> None:
    secret = secrets(N_KINDS)[kind]
    text = ABOVE + line_of(secret, 0) + BELOW
    at = text.index(secret)
    middle = at + len(secret) // 2
    for start, end in ((0, middle), (middle, len(text)), (at, at + len(secret)), (at, middle)):
        assert not leaked(secret, privacy.shown(text, start, end)), (start, end)
    assert privacy.shown(text, 0, 12) + privacy.shown(text, 12, len(text)) == privacy.redact(text)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LSP_LOCAL_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def test_stores_of_a_project_hold_no_secret(
    project: Path, many: Callable[..., int], reached: Callable[[str, str], None]
) -> None:
    planted = secrets(200)
    for number, secret in enumerate(planted):
        lines = [f"def connect_{number}(host, a, b):", f"    {line_of(secret, 0)}", "    return a"]
        (project / f"file_{number}.py").write_text("\n".join(lines) + "\n")
    assert Index(project).refresh() == len(planted)
    for number, secret in enumerate(planted[: many(short=20, long=200)]):
        learn(project, number, secret)
    kept = [path for path in (project.parent / "cache").rglob("*") if path.is_file()]
    content = "\0".join(path.read_bytes().decode("latin-1") for path in kept)
    assert "connect_1" in content  # what is no secret is found there
    assert privacy.PLACEHOLDER in content
    found = [leaked(secret, content) for secret in planted]
    assert [one for one in found if one] == []
    reached("R18", f"{len(planted)} secrets of {N_KINDS} kinds: 0 in index, memory, lint's cache")


def learn(project: Path, number: int, secret: str) -> None:
    """Have a line accepted, changed and complained about, and looked at by lint."""
    text = f"def use(host):\n    {line_of(secret, number)}\n    return host\n"
    doc = Document("", f"use_{number}.py", "shop", "python", text)
    start, end = text.index("\n") + 1, text.rindex("    return")
    for kind in (Kind.ACCEPTED, Kind.EDITED, Kind.REJECTED, Kind.FIXED):
        event = Event(kind, doc, start, end, was=line_of(secret, number))
        keep(store_of(project), event, 90)
    cache = Cache(folders.lint_dir())
    cache.store(key_of(doc, False, None, ""), find_static(doc, None, None))
    cache.close()
