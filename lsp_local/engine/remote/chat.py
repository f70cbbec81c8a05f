"""A conversation for a server that has its own template: our tokens, as messages again.

Features render a chat template and give its tokens. Where the model's template is not known, this
one takes its place: all that it says is who speaks, and `messages_of` reads that back.
"""

from collections.abc import Sequence

from lsp_local.engine.remote.vocab import text_of_template, written

BEGIN, END = "\ue010", "\ue011"  # private characters, which nobody types
TEMPLATE = (
    f"{{% for one in messages %}}{BEGIN}{{{{ one['role'] }}}}{END}{{{{ one['content'] }}}}"
    f"{{% endfor %}}{BEGIN}assistant{END}"
)
SHORTEST_REPEATED = 3  # characters, such as a fence


def is_chat(tokens: Sequence[int]) -> bool:
    """Whether a prompt was made with our template."""
    return bool(tokens) and text_of_template(tokens[0]).startswith(BEGIN)


def messages_of(tokens: Sequence[int], specials: Sequence[str]) -> list[dict[str, str]]:
    """Return the messages of a prompt; the last one is the assistant's, as far as it is given."""
    found: list[tuple[str, list[int]]] = []
    for token in tokens:
        if text_of_template(token).startswith(BEGIN):
            found.append((text_of_template(token).strip(BEGIN + END), []))
        elif found:
            found[-1][1].append(token)
    return [{"role": role, "content": written(said, specials)} for role, said in found]


class Opening:
    """Takes the opening off an answer that says it again.

    Some servers go on from an answer that has begun (llama.cpp's, Ollama), others begin again
    (OpenAI). The first characters tell.
    """

    def __init__(self, opening: str) -> None:
        self._opening = opening.strip()
        self._held = ""
        self.is_over = len(self._opening) < SHORTEST_REPEATED

    def rest_of(self, text: str) -> str:
        """Return what `text` adds to the answer; "" while that is not known."""
        if self.is_over:
            return text
        self._held += text
        said = self._held.lstrip()
        if self._opening.startswith(said):
            return ""
        self.is_over = True
        return said[len(self._opening) :] if said.startswith(self._opening) else self._held

    def at_end(self) -> str:
        """Return what was held back when the answer ended."""
        held, self._held = self._held, ""
        is_known = self.is_over or held.strip() == self._opening
        return "" if is_known else held
