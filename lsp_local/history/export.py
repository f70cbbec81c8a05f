"""Writes the examples of a repository's commits, one JSON object a line."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import BinaryIO

from lsp_local.history import git
from lsp_local.history.examples import Example, examples, is_generated
from lsp_local.history.git import Added, Blobs, Repository, Wish
from lsp_local.history.licences import licence_of
from lsp_local.ignores import GENERATED, MOST_BYTES, Ignores
from lsp_local.languages import language_of
from lsp_local.options import Options

NOT_CODE = frozenset({"plaintext", "markdown", "json", "toml", "yaml", "html", "css"})
# Others wrote what is in these.
VENDORED = frozenset(
    {"vendor", "vendored", "third_party", "thirdparty", "third-party", "external", "externals"}
    | {"node_modules", "bower_components", "Pods", "dist", "build", "target", "site-packages"}
)
N_AROUND = 200  # characters; what stands in the same place twice is one example


@dataclass(slots=True)
class Count:
    """What came of an export, and why files of commits gave nothing."""

    n_commits: int = 0
    n_examples: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def export(
    repository: Repository,
    wish: Wish,
    options: Options,
    limit: int,
    out: BinaryIO,
    on_commit: Callable[[int], None],
) -> Count:
    """Write at most `limit` examples (0: all), those of the newest commits first.

    The same commits give the same bytes. Raises UserError and OSError.
    """
    count = Count()
    about = {"repository": repository.root.name, "licence": licence_of(repository.root)}
    seen: set[bytes] = set()
    with git.blobs(repository.root, MOST_BYTES) as blobs:
        exporter = _Exporter(Ignores(repository.root, options.exclude), blobs, count)
        for added in repository.added(wish):
            if isinstance(added, str):
                count.n_commits += 1
                on_commit(1)
                continue
            for example in exporter.examples(added):
                key = _key(example)
                if key in seen:
                    continue
                seen.add(key)
                where = {"path": added.path, "language": language_of(added.path)}
                row = {**asdict(example), **where, "commit": added.commit, **about}
                out.write(json.dumps(row, ensure_ascii=False).encode(errors="replace") + b"\n")
                count.n_examples += 1
                if count.n_examples == limit:
                    return count
    return count


@dataclass(frozen=True, slots=True)
class _Exporter:
    ignores: Ignores
    blobs: Blobs
    count: Count

    def examples(self, added: Added) -> Iterator[Example]:
        if reason := self._why_not(added.path):
            self.count.left_out[reason] += 1
            return
        text = _text(self.blobs.read(added.blob))
        if text is None or is_generated(text):
            self.count.left_out["no text, or too large" if text is None else "generated"] += 1
            return
        yield from examples(text, added.spans)

    def _why_not(self, path: str) -> str:
        if language_of(path) in NOT_CODE:
            return "no source code"
        if GENERATED.search(path):
            return "generated"
        if VENDORED.intersection(path.split("/")[:-1]):
            return "vendored"
        return "ignored or excluded" if self.ignores.is_ignored(path) else ""


def _text(content: bytes | None) -> str | None:
    if content is None or b"\0" in content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _key(example: Example) -> bytes:
    around = example.prefix[-N_AROUND:], example.middle, example.suffix[:N_AROUND]
    return hashlib.sha256("\0".join(around).encode(errors="replace")).digest()[:16]
