"""One decode by a server: what to send, and the same rules for its answer as for any other."""

import codecs
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from lsp_local.engine.base import Finish, Generated, GenerateRequest, OnText
from lsp_local.engine.generation import Answer
from lsp_local.engine.remote.answers import Chunk, Said, chunk_of
from lsp_local.engine.remote.chat import Opening, is_chat, messages_of
from lsp_local.engine.remote.healing import fits, grammar, likeliest, weighed
from lsp_local.engine.remote.http import Connection, Refused
from lsp_local.engine.remote.served import GRAMMARS, Served
from lsp_local.engine.remote.vocab import BREAK, heal, written

MOST_ROUNDS = 4  # requests for one answer, all but the last to bring in the word at the cursor


@dataclass(slots=True)
class Counted:
    """What the server said that it read, and how much of that it knew already."""

    n_prompt: int = 0
    n_reused: int = 0


class Decode:
    """A request under way. `tokens` is what is read, and then said."""

    def __init__(
        self,
        connection: Connection,
        served: Served,
        specials: tuple[str, ...],
        request: GenerateRequest,
        n_known: int = 0,
    ) -> None:
        self._connection = connection
        self._served = served
        self._specials = specials
        self._request = request
        self._counted = Counted()
        self._n_known = n_known
        self._started = time.perf_counter()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begin(*heal(request.tokens) if self._heals else (request.tokens, b""))

    @property
    def _heals(self) -> bool:
        return self._request.heal and not is_chat(self._request.tokens)

    async def run(self, on_text: OnText) -> Generated:
        """Return the whole answer. Raises EngineError; cancelling closes the connection."""
        for n_left in reversed(range(MOST_ROUNDS)):
            try:
                await self._round(on_text, n_left)
            except Refused:
                if not self._grammar() or not n_left:
                    raise
                self._served = replace(self._served, grammar="")  # an older server, perhaps
                continue
            if self._answer.finish is not Finish.STUCK or not n_left:
                break
        counted = self._counted
        if not counted.n_prompt:  # it says so at the end, which is seldom waited for
            counted = Counted(self._n_prompt, min(self._n_known, self._n_prompt - 1))
        found = self._answer.whole(counted.n_prompt, counted.n_reused, self._started)
        return replace(found, tokens=self._tokens) if self._request.n_seconds else found

    def _begin(self, prompt: list[int], healing: bytes) -> None:
        """Begin with a prompt and the text that the answer must begin with."""
        if not written(prompt, ()):  # no server can begin with nothing
            prompt, healing = self._request.tokens, b""
        self._tokens = list(prompt)
        self._n_prompt = len(prompt)
        self._answer = Answer(self._request, healing)
        self._is_free = not healing and not self._request.on_this_line

    async def _round(self, on_text: OnText, n_left: int) -> None:
        """Ask once. STUCK means: ask again, for what was read has changed."""
        answer = self._answer
        answer.finish = None
        chunk = Chunk()
        path, body = self._path(), self._body()
        opening = Opening(body["messages"][-1]["content"] if "messages" in body else "")
        async with aclosing(self._connection.events(path, body)) as events:
            async for event in events:
                chunk = chunk_of(event)
                self._count(chunk)
                for said in self._said(chunk, opening):
                    self._take(said, on_text, n_left)
                    if self._answer.finish:
                        return
                if any(map(self._is_special, chunk.said)):
                    self._answer.finish = Finish.END
                    return
        if rest := opening.at_end():
            self._take(Said(rest.encode()), on_text, n_left)
        if not self._answer.finish:
            is_stuck = bool(answer.healing) and n_left
            if is_stuck:
                self._begin_unhealed()
            is_full = chunk.finish == "length"
            self._answer.finish = (
                Finish.STUCK if is_stuck else Finish.LENGTH if is_full else Finish.END
            )

    def _take(self, said: Said, on_text: OnText, n_left: int) -> None:
        """Add a piece to the answer, unless it does not fit what stands at the cursor."""
        answer = self._answer
        may_end = self._is_free or answer.may_end_line
        if not fits(said.piece, answer.healing, may_end):
            found = likeliest(said, answer.healing, may_end) if n_left > 1 else None
            if found is not None:
                self._add(found, on_text)
                answer.finish = answer.finish or Finish.STUCK
            elif n_left:
                self._begin_unhealed()
                self._answer.finish = Finish.STUCK
            else:
                answer.finish = Finish.STUCK
            return
        self._add(weighed(said, answer.healing, may_end), on_text)

    def _add(self, said: Said, on_text: OnText) -> None:
        for token in self._answer.take([said.token()], self._tokens, self._started):
            if text := self._decoder.decode(token.piece):
                on_text(text)

    def _begin_unhealed(self) -> None:
        self._begin(self._request.tokens, b"")
        self._is_free = True

    def _said(self, chunk: Chunk, opening: Opening) -> Iterator[Said]:
        """Yield the pieces of a chunk; a special token written out ends the answer."""
        mark = BREAK.encode()
        for one in chunk.said:
            if self._is_special(one):
                return
            said = replace(one, piece=one.piece.replace(mark, b"")) if mark in one.piece else one
            text = said.piece.decode(errors="ignore")
            if opening.is_over:
                yield said
            elif rest := opening.rest_of(text):
                yield Said(rest.encode(errors="replace"), said.logprob)

    def _is_special(self, said: Said) -> bool:
        text = said.piece.decode(errors="ignore")
        return any(name in text for name in self._specials)

    def _count(self, chunk: Chunk) -> None:
        if chunk.n_prompt:
            self._counted = Counted(chunk.n_prompt, min(chunk.n_cached or 0, chunk.n_prompt))

    def _path(self) -> str:
        return "chat/completions" if is_chat(self._request.tokens) else "completions"

    def _body(self) -> dict[str, Any]:
        n_predict = self._request.n_predict - len(self._answer.logprobs)
        body: dict[str, Any] = {
            "model": self._served.model,
            "max_tokens": max(1, n_predict),
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        n_best, is_healing = self._served.n_best, not self._is_free
        if is_chat(self._request.tokens):
            messages = messages_of(self._request.tokens, self._specials)
            if len(messages) > 1 and not messages[-1]["content"]:
                messages.pop()
            return body | {"messages": messages}
        body["prompt"] = written(self._tokens, self._specials)
        if n_best is not None:
            body["logprobs"] = n_best if is_healing or self._request.n_seconds else min(1, n_best)
        return body | (self._grammar() if is_healing else {})

    def _grammar(self) -> dict[str, Any]:
        has_to_speak = not self._answer.may_end_line
        rule = grammar(self._answer.healing, has_to_speak) if self._served.grammar else ""
        return GRAMMARS[self._served.grammar](rule) if rule else {}
