"""Make of a model file a folder that OpenVINO loads, and find it again."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

from lsp_local import models
from lsp_local.engine.base import EngineError
from lsp_local.engine.conversion import check_made, making, run, written_record
from lsp_local.engine.fingerprint import fingerprint
from lsp_local.engine.openvino.sequence import INSTALL
from lsp_local.models import OnProgress, ignore_progress

RECORD, GRAPH, WEIGHTS = "made.json", "model.xml", "model.bin"


def folder_for(source: Path) -> Path:
    """Return the folder that OpenVINO loads in the place of `source`.

    Raises EngineError that says what to do where there is none.
    """
    target = models.openvino_of(source)
    command = f"`lsp-local model convert {models.name_of(source)} --for openvino`"
    if not target.is_dir():
        raise EngineError(f"OpenVINO cannot read {source.name} as it is; run {command}")
    check_made(target, written_record(target / RECORD), _n_bytes(target), source, command)
    return target


def convert(name_or_path: str, on_progress: OnProgress = ignore_progress) -> Path:
    """Write the folder that OpenVINO loads for a model, with its hashes; return its path.

    Raises UserError for a model that cannot be converted. Nothing is left of an attempt that
    failed or was stopped.
    """
    for package in ("openvino", "gguf"):
        if find_spec(package) is None:
            raise EngineError(f"the package {package} is not here; {INSTALL}")
    source = models.resolve(name_or_path)
    target = models.openvino_of(source)
    with making(target):
        _write(source, target, on_progress)
    return target


def _write(source: Path, target: Path, on_progress: OnProgress) -> None:
    """Write folder and record; whoever looks meanwhile finds the old one, the new one, or none."""
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        run("lsp_local.engine.openvino.graph", source, part, on_progress)
        record = {
            "source": fingerprint(source),
            "source_sha256": models.sha256_of(source, on_progress),
            "sha256": models.sha256_of(part / WEIGHTS, on_progress),
            "graph_sha256": models.sha256_of(part / GRAPH, on_progress),
            "n_bytes": _n_bytes(part),
        }
        (part / RECORD).write_text(json.dumps(record, indent=2) + "\n")
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _n_bytes(folder: Path) -> int:
    paths = [folder / GRAPH, folder / WEIGHTS]
    return sum(path.stat().st_size for path in paths if path.is_file())
