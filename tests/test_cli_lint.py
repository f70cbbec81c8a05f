"""`lsp-local lint` as a user, a hook or CI meets it."""

import json
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from linted import ScriptedDetector, commit, git
from typer.testing import CliRunner, Result

from lsp_local.cli.app import app
from lsp_local.lint import detector, planning
from lsp_local.text import UserError

CODE = 'def add(a, price):\n    """Add.\n\n    :param a: A.\n    :param prize: P.\n    """\n'
BODY = "    return a - price\n"
STALE = "cart.py:5:12: warning: `add` has no parameter `prize`; did you mean `price`?"
DOCSTRING = f"{STALE} [docstring-mismatch]\n"
OPERATOR = "cart.py:7:14: warning: `+` is likelier [wrong-operator] (75% sure)\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "cart.py").write_text(CODE + BODY)
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("LSP_LOCAL_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> ScriptedDetector:
    made = ScriptedDetector()

    monkeypatch.setattr(detector, "LazyDetector", lambda _: made)
    return made


def lint(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["lint", *arguments])


def check(arguments: str, code: int, stdout: str = "", stderr: str = "") -> None:
    """Run lint; every line on standard error begins with our name."""
    ran = lint(*arguments.split())
    said = "".join(f"lsp-local: {line}\n" for line in stderr.splitlines())
    assert (ran.exit_code, ran.stdout, ran.stderr) == (code, stdout, said)


@pytest.mark.usefixtures("shop", "scripted")
@pytest.mark.parametrize(
    ("arguments", "code", "stdout"),
    [
        pytest.param("", 1, DOCSTRING + OPERATOR, id="everything"),
        pytest.param(". cart.py", 1, DOCSTRING + OPERATOR, id="each file once"),
        pytest.param("--static", 1, DOCSTRING, id="no model"),
        pytest.param("--fail-on none", 0, DOCSTRING + OPERATOR, id="nothing fails"),
        pytest.param("--fail-on warning", 1, DOCSTRING + OPERATOR, id="warnings fail"),
        pytest.param("--min-confidence 0.8 --jobs 2", 1, DOCSTRING, id="only what is sure"),
        pytest.param("--shard 1/1", 1, DOCSTRING + OPERATOR, id="one shard is all"),
    ],
)
def test_findings_and_exit_codes(arguments: str, code: int, stdout: str) -> None:
    check(arguments, code, stdout)


@pytest.mark.usefixtures("scripted")
def test_notes_do_not_fail_where_warnings_are_asked_for(shop: Path) -> None:
    (shop / "cart.py").write_text("x = 1  # lsp-local: ignore[todos]\n")
    stale = "cart.py:1:6: note: there is no rule `todos` [stale-ignore]\n"
    check("", 1, stale)
    check("--fail-on warning", 0, stale)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param("gone.py", "there is no gone.py; give the paths", id="no file"),
        pytest.param("--format xml", "--format takes concise, full, json", id="no format"),
        pytest.param("--fail-on all", "--fail-on takes none, note, warning; not 'all'", id="level"),
        pytest.param("--on-model-error x", "--on-model-error takes fail, warn, skip", id="how"),
        pytest.param("--shard 3/2", "'3/2' is no shard; write I/N, such as 1/4", id="no shard"),
        pytest.param("--diff main", "is in no git repository; leave out --diff", id="no git"),
        pytest.param("--diff main --staged", "--diff and --staged exclude each other", id="both"),
        pytest.param("--staged --fix", "--fix changes files, not what is staged", id="staged"),
        pytest.param("--merge", "--merge needs the result files of shards", id="merge nothing"),
        pytest.param("--merge cart.py", "is no result of `lsp-local lint", id="merge code"),
        pytest.param("--merge x --review", "--merge asks no model: no --review", id="merge, ask"),
        pytest.param("--on ray", "--static asks no model: no --on", id="on, but static"),
        pytest.param("--on x", "--on takes ray, ray:HOST:PORT or ray://HOST:PORT", id="on what"),
        pytest.param("--review", "--static asks no model: no --review", id="review"),
        pytest.param("--merge x --fix", "--merge looks at no files: no --fix", id="merge and fix"),
        pytest.param("--unsafe", "--unsafe needs --fix, or --format diff", id="unsafe"),
        pytest.param("--write-baseline", "--write-baseline needs a FILE", id="no baseline"),
        pytest.param("--baseline b.json", "cannot read b.json: No such file", id="gone"),
        pytest.param("--output no/such", "cannot write no/such: No such file", id="no folder"),
        pytest.param(
            "--write-baseline --baseline b --staged", "a baseline is of whole files", id="part"
        ),
    ],
)
def test_wrong_usage_is_one_line_and_2(
    arguments: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())  # Ray may be missing
    ran = lint("--static", *arguments.split())
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("lsp-local: error: ")
    assert says in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_fault_of_ours_is_one_line_and_2(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("oh")

    monkeypatch.setattr(planning, "targets", broken)
    check("--static", 2, "", "error: lint failed: ValueError: oh; please report it")


MISSING = "there is no model for this"


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "code", "stdout", "stderr"),
    [
        pytest.param("", 3, "", f"error: {MISSING}", id="fail"),
        pytest.param("--on-model-error warn", 1, DOCSTRING, f"warning: {MISSING}", id="warn"),
        pytest.param("--on-model-error skip", 1, DOCSTRING, "", id="skip"),
    ],
)
def test_a_missing_model(
    monkeypatch: pytest.MonkeyPatch, arguments: str, code: int, stdout: str, stderr: str
) -> None:
    def missing(_: str) -> Path:
        raise UserError(MISSING)

    monkeypatch.setattr("lsp_local.models.resolve", missing)
    check(arguments, code, stdout, stderr)


UP = "the 0.01 seconds are used up; files not looked at: 1"


@pytest.mark.parametrize(
    ("arguments", "code", "stdout", "stderr"),
    [
        ("--on-model-error fail", 3, DOCSTRING, f"error: {UP}"),
        ("--on-model-error warn", 1, DOCSTRING, f"warning: {UP}"),
        ("--on-model-error skip", 1, DOCSTRING, ""),
        ("--baseline b --write-baseline", 3, "", f"error: {UP}\nb was not written"),
    ],
)
def test_the_time_is_up(
    shop: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, code: int, stdout: str, stderr: str
) -> None:
    monkeypatch.setattr(detector, "LazyDetector", lambda _: ScriptedDetector(seconds=9))
    check(f"--max-seconds 0.01 {arguments}", code, stdout, stderr)
    assert [one.name for one in shop.iterdir()] == ["cart.py"]


@pytest.mark.usefixtures("scripted")
def test_changes(shop: Path) -> None:
    commit(shop)
    check("--diff HEAD", 0, "", "nothing has changed since HEAD")
    check("--staged", 0, "", "nothing to look at")
    (shop / "cart.py").write_text(f"{CODE}    # TODO: round\n{BODY}")
    todo = "cart.py:7:7: note: a new line leaves a TODO [todo]\n"
    check("--diff HEAD", 1, todo)
    check("--staged", 0, "", "nothing to look at")
    git(shop, "add", "-A")
    (shop / "cart.py").write_text("")
    check("--staged", 1, todo)


@pytest.mark.usefixtures("scripted")
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_fixes_are_written(shop: Path, mark: bytes, end: bytes) -> None:
    path = shop / "cart.py"
    before = mark + (CODE + BODY).encode().replace(b"\n", end)
    path.write_bytes(before)
    path.chmod(0o750)
    check("--fix", 1, OPERATOR, "fixed 1 of 2 findings")
    assert path.read_bytes() == before.replace(b"prize", b"price")
    check("--fix --unsafe", 0, "", "fixed 1 of 1 findings")
    assert path.read_bytes() == before.replace(b"prize", b"price").replace(b"-", b"+")
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert [one.name for one in shop.iterdir()] == ["cart.py"]


def test_a_file_that_has_changed_meanwhile_stays(
    shop: Path, scripted: ScriptedDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe = scripted.find

    async def meanwhile(*arguments: object) -> object:
        (shop / "cart.py").write_text("# mine\n")
        return await describe(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(scripted, "find", meanwhile)
    ran = lint("--fix")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.endswith("cart.py has changed meanwhile; nothing was written\n")
    assert (shop / "cart.py").read_text() == "# mine\n"


@pytest.mark.usefixtures("shop", "scripted")
def test_a_baseline() -> None:
    check("--baseline b.json --write-baseline", 0, "", "b.json has 2 findings now")
    check("--baseline b.json", 0)
    Path("cart.py").write_text(f"import os\n\n{CODE}    x = a - 1\n{BODY}")
    check("--baseline b.json", 1, "".join(
        f"cart.py:{line}: warning: `+` is likelier [wrong-operator] (75% sure)\n"
        for line in ("9:11", "10:14")
    ))  # fmt: skip


@pytest.mark.usefixtures("scripted")
def test_shards_merged_are_the_whole(shop: Path) -> None:
    for n in range(12):
        (shop / f"{n}.py").write_text(f"x = a - {n}\n")
    for n in (1, 2, 3):
        lint("--shard", f"{n}/3", "--format", "json", "--output", f"{n}.json")
    results = "3.json 1.json 2.json"
    for how in ("json", "sarif", "full", "diff --unsafe"):
        whole = lint(*f"--format {how}".split())
        assert lint(*f"--merge {results} --format {how}".split()).stdout == whole.stdout
    found = json.loads(Path("1.json").read_bytes())["findings"]
    assert 0 < len(found) < 14


def test_a_cache_is_kept_where_it_is_wanted(shop: Path, scripted: ScriptedDetector) -> None:
    for _ in range(2):
        check("--cache kept", 1, DOCSTRING + OPERATOR)
    assert (len(scripted.asked), (shop / "kept").is_dir()) == (1, True)


def test_odd_files_are_one_line_each(shop: Path) -> None:
    (shop / "cart.py").unlink()
    (shop / "broken.py").write_text("def f(:\n")
    (shop / "bytes.py").write_bytes(b"\0")
    with (shop / "large.py").open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    check(
        "--static",
        0,
        "",
        "broken.py:1: syntax error; what stands around it is not judged\n"
        "bytes.py is binary, or not UTF-8; it is left out\n"
        "large.py has more than 1,000,000 bytes; it is left out\n",
    )


def test_an_excluded_file_is_not_read(shop: Path) -> None:
    (shop.parent / "config.toml").write_text('exclude = ["cart.py"]\n')
    said = "cart.py is private (`exclude`); it is left out\nnothing to look at"
    check("--static cart.py", 0, "", said)


@pytest.mark.skipif(sys.platform == "win32", reason="names are not bytes there")
def test_a_name_may_hold_any_bytes(shop: Path) -> None:
    name = "\udcff\n.py"
    (shop / "cart.py").rename(shop / name)
    ran = lint("--static")
    assert (ran.exit_code, ran.stdout) == (1, DOCSTRING.replace("cart.py", "\\udcff\\n.py"))
    for each in ("json", "sarif", "github", "gitlab", "rdjson", "junit", "diff", "full"):
        assert lint("--static", "--format", each).exit_code == 1, each


def test_ctrl_c_is_130_and_leaves_nothing_behind(shop: Path) -> None:
    script = (
        "import sys; sys.path[:0] = ['TESTS']\n"
        "from linted import ScriptedDetector\n"
        "from lsp_local.lint import detector\n"
        "class Slow(ScriptedDetector):\n"
        "    async def find(self, *a):\n"
        "        print('asked', file=sys.stderr, flush=True)\n"
        "        return await super().find(*a)\n"
        "detector.LazyDetector = lambda model: Slow(seconds=60)\n"
        "from lsp_local.__main__ import main\n"
        "sys.argv = ['lsp-local', 'lint', '--fix', '--output', 'out.txt']\n"
        "main()\n"
    ).replace("TESTS", str(Path(__file__).parent))
    started = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert started.stderr is not None
    assert started.stderr.readline() == "asked\n"
    started.send_signal(signal.SIGINT)
    stdout, stderr = started.communicate(timeout=60)
    assert (started.returncode, stdout, stderr) == (130, "", "")
    assert [one.name for one in shop.iterdir()] == ["cart.py"]
