"""Texts that were tokenised before: of a prompt only what was typed into is new at a key."""

from collections import OrderedDict

MOST_CHARS = 400_000  # of all texts together; the tokens take some three times as many bytes

Known = dict[str, list[int]]


class Tokenized:
    """The token ids of the texts used last. Who gets a list must not change it."""

    def __init__(self) -> None:
        self._texts: OrderedDict[str, list[int]] = OrderedDict()
        self._n_chars = 0

    def find(self, texts: list[str]) -> Known:
        """Return what is known of `texts`."""
        found = {text: self._texts[text] for text in texts if text in self._texts}
        for text in found:
            self._texts.move_to_end(text)
        return found

    def add(self, found: Known) -> None:
        """Remember texts; what was not asked for in a long time is forgotten."""
        for text, tokens in found.items():
            if text not in self._texts:
                self._texts[text] = tokens
                self._n_chars += len(text)
        while self._n_chars > MOST_CHARS:
            text, _ = self._texts.popitem(last=False)
            self._n_chars -= len(text)
