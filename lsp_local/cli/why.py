"""`lsp-local why`: how the last requests ended; and `pause` and `resume`, of all servers."""

import json
import math
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import typer

from lsp_local import private_sockets
from lsp_local.cli.choices import AsJson
from lsp_local.cli.reasons import sentence
from lsp_local.lsp import sockets
from lsp_local.text import UserError

N_SHOWN = 5
N_MOST = 50
Entry = dict[str, Any]


def explain(
    n_most: Annotated[
        int, typer.Argument(metavar="[N]", help="How many requests.", min=1, max=N_MOST)
    ] = N_SHOWN,
    as_json: AsJson = False,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="PATH", help="Only those of one file.")
    ] = None,
) -> None:
    """Say how the last requests of the running servers ended, and why nothing was shown."""
    path = Path(os.path.abspath(file.expanduser())).as_posix() if file else None  # noqa: PTH100
    answers = _answers({"request": "why", "n": n_most, "path": path})
    found = [{"server": pid, **entry} for pid, entries in answers for entry in entries]
    newest = sorted(found, key=lambda entry: -entry["time"])[:n_most]
    told = [{**entry, "meaning": sentence(entry["reason"])} for entry in newest]
    if as_json:
        print(json.dumps(told))
    elif told:
        typer.echo("\n\n".join(_described(entry) for entry in told))
    else:
        where = f" of {file}" if file else ""
        typer.echo(f"no request{where} yet; type something in your editor, and come back")


def pause() -> None:
    """Make all running servers silent until `resume`; what they have read stays in memory."""
    typer.echo(f"{_told('pause')} paused; `lsp-local resume` ends that")


def resume() -> None:
    """Let all running servers suggest again."""
    typer.echo(f"{_told('resume')} suggesting again")


def _told(request: str) -> str:
    n_servers = len(_answers({"request": request}))
    return "1 server is" if n_servers == 1 else f"{n_servers} servers are"


def _answers(request: Entry) -> list[tuple[int, Any]]:
    """Return the answers of all servers by process id. Raises UserError where there is none."""
    if not private_sockets.HAS_SOCKETS:
        raise UserError(
            "this system has no Unix sockets; let your editor send the request `lspLocal/why`, "
            "or run the command `lspLocal.togglePause`"
        )
    answers = list(sockets.ask_all(request))
    if not answers:
        raise UserError(
            "no server is running that can be asked; open a file in your editor (which starts "
            "`lsp-local serve`) and come back. Editor and shell must be of one user, with the same "
            "LSP_LOCAL_CACHE_DIR"
        )
    return answers


def _described(entry: Entry) -> str:
    """Return what is known of one request, a thing a line."""
    when = datetime.fromtimestamp(entry["time"]).strftime("%H:%M:%S")
    place = f"{_path(entry['uri'])}:{entry['line'] + 1}:{entry['character'] + 1}"
    rows = {
        "": entry["meaning"],
        "asked": "while typing" if entry["is_automatic"] else "by hand",
        "from": _source(entry),
        "tokens": _tokens(entry),
        "probability": _probabilities(entry),
        "context": "\n".join(entry["pieces"]),
        "read last": entry["prompt_tail"],
        "said": entry["said"],
        "stopped by": entry["rule"],
        "shown": entry["text"],
    }
    head = _visible(f"{when}  {place}  {entry['reason']}")
    body = [_row(name, _visible(value)) for name, value in rows.items() if value]
    return "\n".join([head, *body])


def _row(name: str, text: str) -> str:
    first, *more = text.split("\n")
    return "\n".join(
        [f"  {name:12} {first}".rstrip(), *(f"  {'':12} {line}".rstrip() for line in more)]
    )


def _source(entry: Entry) -> str:
    if entry["source"] == "none":
        return "neither model nor cache was asked"
    first = f", first token after {entry['ttft_ms']:g}" if entry["ttft_ms"] else ""
    model = f" {entry['model']}" if entry["model"] else ""
    return f"{entry['source']}{model}, {entry['total_ms']:g} ms{first}"


def _tokens(entry: Entry) -> str:
    if entry["source"] != "model":
        return ""
    return (
        f"{entry['n_prompt']:,} in the prompt: {entry['n_evaluated']:,} read, "
        f"{entry['n_reused']:,} known; {entry['n_predicted']:,} decoded"
    )


def _probabilities(entry: Entry) -> str:
    if not entry["logprobs"]:
        return ""
    of_tokens = " ".join(f"{math.exp(min(0.0, logprob)):.0%}" for logprob in entry["logprobs"])
    return f"{entry['confidence']:.0%} of the line; of the tokens {of_tokens}"


def _path(uri: str) -> str:
    return unquote(urlsplit(uri).path) if uri.startswith("file:") else uri


def _visible(text: str) -> str:
    """Return a text without what would steer a terminal; it is somebody's code."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
