"""A real server with a real model in a workspace, all of whose processes tell what they do."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import audited
from raw_server import Message, RawServer


class Asked:
    """Asks and waits for the answer; notes all that the server says, as text."""

    def __init__(self, server: RawServer, root: Path, log: Path) -> None:
        self.server, self.root = server, root
        self.said: list[str] = []
        self._log = log
        self._n = 0
        capabilities = {"workspace": {"workspaceEdit": {"documentChanges": True}}}
        greeting = {"rootUri": root.as_uri(), "capabilities": capabilities}
        greeting["initializationOptions"] = {"hoverMs": 0}
        self.said.append(json.dumps(server.initialize(greeting)))

    def open(self, name: str, text: str, uri: str = "") -> None:
        item = {"uri": uri or self.uri(name), "languageId": "python", "version": 1, "text": text}
        self.server.notify("textDocument/didOpen", {"textDocument": item})

    def ask(self, method: str, params: object) -> Any:
        """Return the result, None for an error."""
        self._n += 1
        self.server.request(self._n, method, params)
        while True:
            message = self.server.receive()
            assert message is not None
            self.said.append(json.dumps(message))
            if "method" not in message:
                assert message["id"] == self._n  # one answer for each, and none twice
                return message.get("result")

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def place(self, name: str, uri: str = "") -> Message:
        """Return parameters that any request about a place takes."""
        at = {"line": 0, "character": 5}
        context = {"triggerKind": 1, "diagnostics": []}
        place = {"position": at, "range": {"start": at, "end": at}, "context": context}
        return {"textDocument": {"uri": uri or self.uri(name)}, **place}

    def acts_until_indexed(self, name: str) -> list[audited.Act]:
        """Wait until the index has read a file and let go of it; return all that was done."""
        wanted = ("open", str(self.root.resolve() / name))
        while wanted not in audited.written(self._log):
            time.sleep(0.02)  # the index tells nobody; a hang ends with the server
            assert self.server.process.poll() is None
        return audited.written(self._log)


def asked_in(root: Path, environment: dict[str, str]) -> Iterator[Asked]:
    """Serve a workspace; afterwards nothing is left of it."""
    with tempfile.TemporaryDirectory(prefix="lsp") as name:  # short: sockets lie in it
        folder = Path(name)
        site = audited.site(folder / "site", folder / "acts")
        cache = {"LSP_LOCAL_CACHE_DIR": str(folder / "cache")}
        server = RawServer(root, {**site, **cache, **environment})
        try:
            asked = Asked(server, root, folder / "acts")
            yield asked
            assert asked.ask("shutdown", None) is None
            server.notify("exit")
            server.unread()
            assert "Traceback" not in server.log()
        finally:
            server.close()
            shutil.rmtree(folder / "cache", ignore_errors=True)
