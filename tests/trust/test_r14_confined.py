"""R14: the process that reads the model reaches no other file, no socket and no program."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lsp_local.engine import landlock
from lsp_local.engine.client import EngineClient

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not landlock.version(), reason="this kernel has no Landlock"
)

# Does as a worker does, and then what one should not; prints what came of each.
TRIES = """
import ctypes, json, os, socket, sys, threading
from pathlib import Path
from lsp_local.engine import confining, seccomp, starting
{before}
wanted = json.loads(sys.argv.pop())
arguments = starting.parsed(["llama.cpp"])
said = confining.confine(arguments)
inherited = socket.socket(fileno=wanted["socket"])
acts = {{
    "read a project": lambda: Path(wanted["project"]).read_text(),
    "read beside the model": lambda: Path(wanted["beside"]).read_text(),
    "read the passwords": lambda: Path("/etc/passwd").read_text(),
    "look around at home": lambda: os.listdir(Path.home()),
    "read another's memory": lambda: Path(f"/proc/{{os.getppid()}}/environ").read_bytes(),
    "write beside the model": lambda: Path(wanted["beside"]).write_text("x"),
    "make a file": lambda: Path(wanted["beside"] + ".new").touch(),
    "delete a file": lambda: Path(wanted["beside"]).unlink(),
    "rename a file": lambda: Path(wanted["beside"]).rename(wanted["beside"] + ".old"),
    "link to a file": lambda: os.link(wanted["beside"], arguments.states / "link"),
    "open an internet socket": lambda: socket.socket(socket.AF_INET),
    "open a Unix socket": lambda: socket.socket(socket.AF_UNIX),
    "connect what it has": lambda: inherited.connect(("127.0.0.1", 9)),
    "listen": lambda: inherited.bind(("127.0.0.1", 0)),
    "start a program": lambda: os.execv("/bin/true", ["true"]),
    "start one by another call": lambda: os.execve(os.open(sys.executable, 0), ["python"], {{}}),
    "follow another process": lambda: follow(os.getppid()),
}}
if not wanted["tries"]:
    acts = {{}}
lawful = {{
    "read the model": lambda: arguments.model.read_bytes(),
    "keep a state": lambda: (arguments.states / "a.kv").write_text("x"),
    "replace it": lambda: (arguments.states / "a.kv").rename(arguments.states / "b.kv"),
    "drop it": lambda: (arguments.states / "b.kv").unlink(),
    "make a folder": lambda: (arguments.states / "new").mkdir(),
    "import more": lambda: __import__("colorsys"),
    "say its size": lambda: Path("/proc/self/smaps_rollup").read_text(),
    "start a thread": lambda: threading.Thread(target=print, args=[end := ""]).start(),
}}

def follow(pid):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, pid, None, None) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")

def outcome(act):
    try:
        act()
    except OSError as error:
        return error.errno
    return 0

def in_a_thread(act):
    found = []
    thread = threading.Thread(target=lambda: found.append(outcome(act)))
    thread.start()
    thread.join()
    return found[0]

print(json.dumps({{
    "said": said,
    "acts": {{name: outcome(act) for name, act in acts.items()}},
    "in a thread": {{name: in_a_thread(act) for name, act in list(acts.items())[:4]}},
    "lawful": {{name: outcome(act) for name, act in lawful.items()}},
}}))
"""


def tried(folder: Path, before: str = "") -> dict[str, Any]:
    """Return what came of all tries of a process that serves a model in `folder`.

    `before` is done first; then only what it may do is tried.
    """
    for name in ("project", "models"):
        (folder / name).mkdir()
    model, beside = folder / "models" / "a.gguf", folder / "models" / "diary.txt"
    secret = folder / "project" / "secret.py"
    for path in (model, beside, secret):
        path.write_text("GGUF")
    with socket.socket() as inherited:
        wanted: dict[str, Any] = {
            "project": str(secret),
            "beside": str(beside),
            "socket": inherited.fileno(),
        }
        wanted["tries"] = not before  # unconfined, it would succeed
        command = [sys.executable, "-P", "-c", TRIES.format(before=before)]
        command += ["--model", str(model), "--backend", "llama.cpp", "--n-ctx", "512"]
        command += ["--n-threads", "1", "--states", str(folder / "states")]
        ran = subprocess.run(
            [*command, "--states-bytes", "1000", json.dumps(wanted)],
            pass_fds=[inherited.fileno()],
            capture_output=True,
            text=True,
            check=False,
        )
    assert beside.read_text() == "GGUF"
    assert ran.returncode == 0, ran.stderr
    result: dict[str, Any] = json.loads(ran.stdout.strip())
    return result


def test_what_it_does_not_need_is_refused(
    tmp_path: Path, reached: Callable[[str, str], None]
) -> None:
    result = tried(tmp_path)
    known = landlock.version()
    assert result["said"] == (
        f"its own files only (Landlock {known}); no sockets and no programs (seccomp)"
    )
    refused = {**result["acts"], **result["in a thread"]}
    assert [name for name, errno in refused.items() if errno == 0] == []
    assert [name for name, errno in result["lawful"].items() if errno] == []
    reached("R14", f"{len(result['acts'])} of {len(result['acts'])} attempts refused")


@pytest.mark.parametrize(
    ("before", "want"),
    [
        pytest.param(
            "confining.landlock.version = lambda: 0",
            "files are not confined: this kernel has no Landlock; no sockets",
            id="an older kernel",
        ),
        pytest.param(
            "confining._allowed = lambda _: []",
            "files are not confined: the model cannot be read so; no sockets",
            id="a model that could not be read",
        ),
        pytest.param(
            "seccomp.MACHINES.clear()",
            "calls are not confined: not made for Linux on",
            id="another processor",
        ),
        pytest.param(
            "threading.Thread(target=threading.Event().wait, daemon=True).start()",
            "files are not confined: a library has started threads already; no sockets",
            id="a thread that would keep its rights",
        ),
    ],
)
def test_where_it_cannot_be_confined_it_says_so_and_goes_on(
    before: str, want: str, tmp_path: Path
) -> None:
    result = tried(tmp_path, before)
    assert want in result["said"]
    assert result["lawful"]["read the model"] == 0


async def test_all_threads_of_the_real_one_are_confined(smollm: Path) -> None:
    async with EngineClient(smollm, n_ctx=512, n_threads=1) as engine:
        await engine.info()
        status = await engine.status()
        found = {
            line
            for thread in Path(f"/proc/{engine.worker_pid}/task").iterdir()
            for line in (thread / "status").read_text().splitlines()
            if line.startswith(("Seccomp:", "NoNewPrivs:"))
        }
    assert status is not None
    assert status["confined"].startswith("its own files only")
    assert found == {"Seccomp:\t2", "NoNewPrivs:\t1"}
