"""Server-sent events, of which only the data count. Source: WHATWG HTML, section 9.2."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

MOST_EVENT_BYTES = 2**18
MOST_SHOWN = 300  # characters of what a server says is wrong


class GarbageError(Exception):
    """What comes is not what such a server sends; the message goes on from its name."""


class Events:
    """Takes blocks of bytes and gives events. Raises GarbageError for what is none."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._n_bytes = 0
        self.is_over = False  # the server has said so
        self.is_finished = False  # an answer has said why it ended

    def take(self, block: bytes) -> Iterator[Any]:
        """Yield the events that `block` completes."""
        *lines, self._rest = (self._rest + block).split(b"\n")
        for line in lines:
            if self.is_over:
                return
            yield from self._take_line(line.rstrip(b"\r"))
        if len(self._rest) > MOST_EVENT_BYTES:
            raise GarbageError("sends a line without end")

    def _take_line(self, line: bytes) -> Iterator[Any]:
        if line.startswith(b"data:"):
            self._lines.append(line[5:].strip())
            self._n_bytes += len(line)
            if self._n_bytes > MOST_EVENT_BYTES:
                raise GarbageError("sends an event without end")
        elif not line and self._lines:
            text, self._lines, self._n_bytes = b"\n".join(self._lines), [], 0
            yield from self._event(text)

    def _event(self, text: bytes) -> Iterator[Any]:
        if text == b"[DONE]":
            self.is_over = True
            return
        try:
            event = json.loads(text)
        except (ValueError, RecursionError):
            raise GarbageError("sends events that are no JSON") from None
        if _has_finished(event):
            self.is_finished = True
        yield event


def said_wrong(answer: object) -> str:
    """Return what a server says is wrong, in one line for a person; "" if it says nothing."""
    if not isinstance(answer, Mapping) or not (answer.get("error") or answer.get("detail")):
        return ""
    error = answer.get("error") or answer.get("detail")
    message = error.get("message") if isinstance(error, Mapping) else error
    shown = " ".join(str(message)[: 2 * MOST_SHOWN].split())
    return "".join(filter(str.isprintable, shown))[:MOST_SHOWN] or "an error without a message"


def _has_finished(event: object) -> bool:
    choices = event.get("choices") if isinstance(event, Mapping) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(first, Mapping) and bool(first.get("finish_reason"))
