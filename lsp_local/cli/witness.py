"""A session with the real server, and a witness of every internet socket that anybody opens in it.

Run as a process of its own: what it promises the kernel holds for all that it starts, and for ever.
"""

import asyncio
import fcntl
import json
import os
import select
import socket
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsp_local.engine import seccomp

FAMILIES = tuple(
    int(family)
    for name in ("AF_INET", "AF_INET6", "AF_PACKET")
    if (family := getattr(socket, name, None)) is not None
)
# struct seccomp_notif: id, process, flags, and the call with its arguments; and its answer.
NOTICE, ANSWER = struct.Struct("<QII64x"), struct.Struct("<Qqii")
RECEIVE = 3 << 30 | NOTICE.size << 16 | ord("!") << 8
SEND = 3 << 30 | ANSWER.size << 16 | ord("!") << 8 | 1
EPERM = 1
WAIT_SECONDS = 120.0  # for a completion: the model loads meanwhile
INDEX_SECONDS = 20.0
CODE = "def add_{0}(first, second):\n    return "
HOOK = """\
import os, sys

def look(event, arguments):
    if event == "socket.__new__" and arguments[1] in {families}:
        with open({place!r}, "a") as file:
            file.write(" ".join(sys.orig_argv) + "\\n")

sys.addaudithook(look)
"""

Asked = Callable[[], list[str]]


def main() -> None:
    """Print what was seen: the arguments are an empty folder and the server's settings."""
    folder, settings = Path(sys.argv[1]), json.loads(sys.argv[2])
    try:
        asked, witness = _by_kernel(), "the kernel asked before every process of it"
    except OSError:
        asked, witness = _by_hook(folder), "each Python process of it watched"
    os.environ["LSP_LOCAL_CACHE_DIR"] = str(folder / "cache")
    seen = asyncio.run(_session(folder, {**settings, "share_worker": False, "cache_mb": 64}))
    print(json.dumps({**seen, "witness": witness, "sockets": asked()}))


def _by_kernel() -> Asked:
    """Have the kernel ask us; every socket is refused. Raises OSError."""
    told = seccomp.watch(FAMILIES)
    seen: list[str] = []
    threading.Thread(target=_answer_all, args=[told, seen], daemon=True).start()
    return lambda: seen


def _answer_all(told: int, seen: list[str]) -> None:
    calls = select.poll()
    calls.register(told, select.POLLIN)
    while calls.poll():
        notice = bytearray(NOTICE.size)
        try:
            fcntl.ioctl(told, RECEIVE, notice)
            number, pid, _ = NOTICE.unpack(notice)
            seen.append(_name_of(pid))
            fcntl.ioctl(told, SEND, ANSWER.pack(number, 0, -EPERM, 0))
        except OSError:  # who asked is gone
            continue


def _name_of(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return f"the process {pid}"
    return command.replace(b"\0", b" ").decode(errors="replace").strip()[:200]


def _by_hook(folder: Path) -> Asked:
    """Have each Python process note down what it opens; what a library in C does is not seen."""
    place = folder / "sockets.txt"
    hook = folder / "hook" / "sitecustomize.py"
    hook.parent.mkdir()
    hook.write_text(HOOK.format(families=FAMILIES, place=str(place)))
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(hook.parent), before]))
    return lambda: place.read_text().splitlines() if place.exists() else []


async def _session(folder: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Open a project, have a function completed, and wait for the index."""
    from lsp_local.lsp.client import Client  # only now: what its import opens is seen, too
    from lsp_local.text import Document

    root = folder / "project"
    root.mkdir()
    (root / "shop.py").write_text("PRICE = 3\n")
    client = await Client().start(root, settings)
    try:
        doc = Document((root / "sums.py").as_uri(), "sums.py", root.name, "python", "")
        client.open(doc)
        asked, said = "", ""
        async with asyncio.timeout(WAIT_SECONDS):
            while not said:
                asked = CODE.format(len(asked))
                client.write(asked)
                said = (await client.ask(len(asked))).text
                await asyncio.sleep(0.05)
        has_index = await _has_index(folder)
    finally:
        await client.stop()
    return {"asked": asked, "said": said, "has_index": has_index}


async def _has_index(folder: Path) -> bool:
    for _ in range(int(INDEX_SECONDS / 0.1)):
        if list((folder / "cache" / "indexes").glob("*.sqlite")):
            return True
        await asyncio.sleep(0.1)
    return False


if __name__ == "__main__":
    main()
