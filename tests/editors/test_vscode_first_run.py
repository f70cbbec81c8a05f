import json
import os
from collections.abc import Iterator
from pathlib import Path

import code_server
import pytest
from tiny_models import Files, serve
from vscode import TOAST

from lsp_local.models import CATALOGUE, HubFile

pytestmark = pytest.mark.skipif(bool(code_server.missing()), reason=code_server.missing())

MODEL = CATALOGUE["smollm2-135m"]


@pytest.fixture
def hub(smollm: Path) -> Iterator[Files]:
    """A hub on this machine that has the smallest model."""
    (source,) = (one for one in MODEL.sources if isinstance(one, HubFile))
    path = f"/{source.repo}/resolve/{source.revision}/{MODEL.file_name}"
    with serve(Files({path: smollm.read_bytes()})) as files:
        yield files


def test_it_asks_once_for_a_model_also_where_the_folder_is_not_trusted(
    hub: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code_server.package()
    for name, value in {
        "LSP_LOCAL_MODELS_DIR": str(tmp_path / "models"),
        "HF_ENDPOINT": hub.url.rstrip("/"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
    }.items():
        monkeypatch.setenv(name, value)
    theirs = tmp_path / "shop" / ".vscode" / "settings.json"
    theirs.parent.mkdir(parents=True)
    theirs.write_text(json.dumps({"lsp-local.enabled": False}))

    options = {"model": MODEL.name, "deadlineMs": 10_000}
    with code_server.window(tmp_path, options, trusted=False) as window:
        window.until(lambda: any(MODEL.name in one for one in window.popups()))
        assert "needs you" in window.status()
        window.until(
            lambda: any("Restricted Mode" in one for one in window.texts(".statusbar-item"))
        )
        path = window.open("add.py", "def add(a, b):\n    return a<CURSOR>\n")
        window.type(" ")
        window.until(lambda: [one["reason"] for one in window.ends(path)] == ["no-model"])
        assert len(window.popups()) == 1

        window.click(f"{TOAST} .monaco-button:has-text('Download')")
        window.until(lambda: (tmp_path / "models" / MODEL.file_name).exists())
        window.until(lambda: "idle" in window.status())
        window.ask_by_hand()
        assert window.popups() == []
