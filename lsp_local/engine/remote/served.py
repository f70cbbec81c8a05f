"""What a server has and can: asked once, when it is first needed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from lsp_local.engine.base import EngineError
from lsp_local.engine.remote.answers import chunk_of
from lsp_local.engine.remote.http import Connection, Refused

MOST_OF_ONE_TOKEN = 6  # tokens that "x" may be; a chat template makes far more of it
N_BEST = (20, 5, 0)  # how many alternatives are asked for: vLLM's most, OpenAI's most, none
# What owns a model tells the server, and with it how a grammar in GBNF is given.
GRAMMARS: dict[str, Callable[[str], dict[str, Any]]] = {
    "llamacpp": lambda rule: {"grammar": rule},
    "vllm": lambda rule: {"structured_outputs": {"grammar": rule}},
}
OLLAMA = "; for Ollama make a model with `TEMPLATE {{ .Prompt }}` (docs/engines.md)"


@dataclass(frozen=True, slots=True)
class Served:
    """A model as a server serves it.

    `grammar` says how an answer is held to a grammar, a key of `GRAMMARS`, "" if it cannot be.
    `n_ctx` is 0 where it is not known. `n_best` alternatives are said of each token; None says that
    there are no probabilities at all. `no_raw` is why text cannot be sent as it is, "" if it can.
    """

    model: str
    n_ctx: int
    grammar: str
    n_best: int | None
    no_raw: str
    chat_template: str | None

    @property
    def name(self) -> str:
        """Return the model's name; some servers use the path of its file."""
        return PurePosixPath(self.model).name or self.model


async def find_out(connection: Connection, model: str) -> Served:
    """Ask a server about `model`, or about the first that it lists. Raises EngineError."""
    listed = await _listed(connection)
    row = next((one for one in listed if one.get("id") == model), {})
    if not model:
        row = listed[0] if listed else {}
        model = row.get("id", "")
    if not model:
        raise EngineError(
            f"{connection.address.host} lists no models; set `remote_model` to the name of one"
        )
    owner = str(next((one.get("owned_by") for one in listed), ""))
    n_best, no_raw = await _raw(connection, model)
    template = await _template(connection) if owner == "llamacpp" and not no_raw else None
    grammar = owner if owner in GRAMMARS else ""
    return Served(model, _n_ctx(row), grammar, n_best, no_raw, template)


async def _listed(connection: Connection) -> list[dict[str, Any]]:
    try:
        found = await connection.ask("models")
    except Refused:
        return []
    rows = found.get("data")
    rows = rows if isinstance(rows, list) else []
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)]


async def _raw(connection: Connection, model: str) -> tuple[int | None, str]:
    """Return how many alternatives are said, and why text cannot be sent as it is."""
    host = connection.address.host
    body: dict[str, Any] = {"model": model, "prompt": "x", "max_tokens": 1, "temperature": 0}
    for n_best in N_BEST:
        try:
            answer = await connection.ask("completions", body | _logprobs(n_best))
        except Refused as error:
            if error.status in (404, 405, 501):
                return None, f"{error}; completion needs `/v1/completions`"
            if n_best:
                continue
            raise
        chunk = chunk_of(answer)
        if (chunk.n_prompt or 0) > MOST_OF_ONE_TOKEN:
            return None, f"{host} puts prompts into a chat template{OLLAMA}"
        has_logprobs = any(one.logprob is not None for one in chunk.said)
        return n_best if has_logprobs else None, ""
    raise AssertionError


def _logprobs(n_best: int) -> dict[str, Any]:
    return {"logprobs": n_best} if n_best else {}


async def _template(connection: Connection) -> str | None:
    """Return the model's own chat template, which llama.cpp's server tells."""
    try:
        template = (await connection.ask("../props")).get("chat_template")
    except EngineError:
        return None
    return template if isinstance(template, str) and template else None


def _n_ctx(row: dict[str, Any]) -> int:
    """Return the context's size as llama.cpp's server or vLLM tells it."""
    meta = row.get("meta")
    found = meta.get("n_ctx") if isinstance(meta, dict) else row.get("max_model_len")
    return found if isinstance(found, int) and 0 < found < 10**8 else 0
