"""What no model may read: regions that the user marks, and secrets known by their looks."""

import re
from collections.abc import Callable, Iterable

from lsp_local.secret_rules import LONGEST_LINE, NAMED, kinds_in

PLACEHOLDER = "REDACTED_SECRET"  # a name in every language, so that what it stands in still parses
PRIVATE, PUBLIC = "lsp-local: private", "lsp-local: public"
VISIBLE = re.compile(r"[!-~]")
# What may as well be something else, unless a value under a telling name has much entropy, too.
UNSURE = {NAMED, "Base64 High Entropy String", "Hex High Entropy String"}
MADE_UP = re.compile(
    r"example|(.)\1{5}|xxxx|<|\$\{|your|^(pass(word|wd)?|secret|pw|pwd|test)$", re.I
)
MAY_BE_CERTAIN = re.compile(r"(?=[A-Za-z_+/=-]{0,40}\d)[\w+/=-]{16}|://")
WHOLE_KEY = re.compile(
    r"(-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----)(?:\\n|[\s\"'+,\\])*[A-Za-z0-9+/]{40}"
)
OTHER_CODE = re.compile(r"\w")
COMMENT = " \t#/*<!-;%"  # with which a comment begins that marks a line
KEY_END = re.compile(r"-----END [A-Z ]*PRIVATE KEY-----")
QUOTES = "\"'`"
# How a secret begins that is being typed; its rule knows it only when it is whole.
BEGUN = re.compile(
    r"(?:A[KS]IA|gh[pousr]_|github_pat_|glpat-|eyJ|npm_|sk-|[rs]k_live_|pypi-|SG\.|xox[a-z]-|AKC"
    r"|sq0[a-z]{3}-|hooks\.slack\.com/services/|\d{8,10}:AA)[\w+/=.:-]{8,}$"
)
MORE = "[A-Za-z0-9_+/=-]*"  # rules may match no more than the beginning of a secret


def hidden(text: str) -> str:
    """Blank out what the user has marked as private, keeping every offset.

    A comment `lsp-local: private` hides its own line; where it stands alone, everything down to a
    comment `lsp-local: public`, or to the end.
    """
    if PRIVATE not in text:
        return text
    lines = text.split("\n")
    is_inside = False
    for n, line in enumerate(lines):
        if PRIVATE in line:
            is_inside = is_inside or not OTHER_CODE.search(line.partition(PRIVATE)[0])
            lines[n] = " " * len(line)
        elif is_inside:
            is_inside = PUBLIC not in line
            lines[n] = " " * len(line)
    return "\n".join(lines)


def private_lines(text: str) -> frozenset[str]:
    """Return the lines that the user has marked as private, also as they were before that."""
    if PRIVATE not in text:
        return frozenset()
    lines = zip(text.split("\n"), hidden(text).split("\n"), strict=True)
    private = {line for line, seen in lines if line != seen and line.strip()}
    unmarked = {line.partition(PRIVATE)[0].rstrip(COMMENT) for line in private if PRIVATE in line}
    return frozenset(private | unmarked - {""})


def is_private(text: str, offset: int) -> bool:
    """Whether the line at `offset` is one that the user has marked as private."""
    if PRIVATE not in text:
        return False
    start = text.rfind("\n", 0, offset) + 1
    shown = hidden(text)[start : offset + 1]
    return PRIVATE in text[start : start + len(shown)] or shown != text[start : offset + 1]


def shown(text: str, start: int, end: int) -> str:
    """Return what a model may read between two offsets, with the line ends that it knows best."""
    text = hidden(text)
    # The lines at both ends are judged whole: half a secret, or one without its name, is one too.
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = last if last >= 0 else len(text)
    cuts = {(first, _end_of_line(text, start)), (text.rfind("\n", 0, end) + 1, last)}
    spans = {(at + a, at + b) for at, to in cuts for a, b in secrets(text[at:to])}
    for a, b in sorted(spans, reverse=True):
        if a < start < b or a < end < b or (a >= start and b <= end):
            a, b = max(a, start), min(b, end)
            text, end = text[:a] + PLACEHOLDER + text[b:], end + len(PLACEHOLDER) - (b - a)
    return redact(text[start:end]).replace("\r\n", "\n")


def redact(text: str) -> str:
    """Replace secrets by a placeholder; the number of lines stays.

    A line is judged by itself, so that what is read once reads the same on the next key; what
    follows the first line of a private key goes with it.
    """
    lines = text.split("\n")
    key_end = next((n for n, line in enumerate(lines) if KEY_END.search(line)), -1)
    is_key = key_end >= 0 and not any(_begins_key(line) for line in lines[:key_end])
    for n, line in enumerate(lines):
        is_key = is_key or _begins_key(line)
        if not is_key:
            lines[n] = _redact_line(line)
            continue
        is_key = not KEY_END.search(line)
        lines[n] = PLACEHOLDER if OTHER_CODE.search(line) else line
    return "\n".join(lines)


def redact_around(before: str, behind: str) -> tuple[str, str]:
    """Replace the secrets in two texts between which the cursor is, also in the one it stands in.

    Its line is judged whole, and as if what is being typed there were finished.
    """
    start = before.rfind("\n") + 1
    line, rest = before[start:], behind[: _end_of_line(behind, 0)]
    whole, behind = line + rest, behind[len(rest) :]
    for a, b in _apart(whole, _secrets_in):
        if a < len(line) < b:
            line, rest = whole[:a] + PLACEHOLDER, whole[b:]
            break
    return redact(before[:start] + _finished(line)), redact(rest + behind)


def restored(said: str, text: str) -> str:
    """Put the secrets of `text` back into lines of `said` that are but for them the same.

    A placeholder elsewhere stays, as does one that could stand for several secrets.
    """
    if PLACEHOLDER not in said:
        return said
    own: dict[str, set[str]] = {}
    for line, seen in zip(text.split("\n"), redact(text).split("\n"), strict=True):
        own.setdefault(seen.strip(), set()).add(line.strip())
    lines = said.split("\n")
    for n, line in enumerate(lines):
        meant = own.get(line.strip(), set()) if PLACEHOLDER in line else set()
        if len(meant) == 1:
            lines[n] = line.replace(line.strip(), next(iter(meant)))
    return "\n".join(lines)


def secrets(text: str) -> list[tuple[int, int]]:
    """Return where there may be secrets, apart and in order; of a private key, its first line."""
    return _apart(text, _secrets_in)


def certain_secrets(text: str) -> list[tuple[int, int]]:
    """Return where there are secrets by looks that nothing else has, apart and in order.

    Much entropy alone may be a hash, and a value under the name `password` anything.
    """
    keys = [found.span(1) for found in WHOLE_KEY.finditer(text)]
    return sorted([*_apart(text, _certain_in), *keys])


def masked(text: str) -> str:
    """Put `*` in place of secrets; every offset stays, in code points and in UTF-8."""
    for start, end in secrets(text):
        text = text[:start] + VISIBLE.sub("*", text[start:end]) + text[end:]
    return text


def holds_placeholder(text: str) -> bool:
    """Whether `text` repeats what stands for a secret."""
    return PLACEHOLDER in text or PLACEHOLDER[:8] in text


def _finished(line: str) -> str:
    """Replace a secret that is being typed at the end of a line."""
    if found := BEGUN.search(line[-LONGEST_LINE:]):
        return line[: len(line) - len(found[0])] + PLACEHOLDER
    quote = next((sign for sign in reversed(line) if sign in QUOTES), "")
    if not quote or line.count(quote) % 2 == 0:
        return line
    open_at = line.rfind(quote)
    for a, b in _apart(line + quote, _secrets_in):
        if open_at < a and b == len(line):
            return line[:a] + PLACEHOLDER
    return line


def _end_of_line(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return end if end >= 0 else len(text)


def _begins_key(line: str) -> bool:
    return "PRIVATE KEY" in line and "BEGIN" in line


def _apart(
    text: str, spans_in: Callable[[str], Iterable[tuple[int, int]]]
) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    begin = 0
    for line in text.split("\n"):
        last = 0
        for start, end in sorted(spans_in(line)):
            if start >= last:
                found.append((begin + start, begin + end))
            last = max(last, end)
        begin += len(line) + 1
    return found


def _secrets_in(line: str) -> list[tuple[int, int]]:
    if _begins_key(line):
        return [(0, len(line.rstrip("\r")))]
    return [span for value in _values(line) for span in _spans(line, value)]


def _certain_in(line: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    if not MAY_BE_CERTAIN.search(line):
        return spans
    for value in _values(line):
        kinds = kinds_in(line)[value]
        is_sure = kinds - UNSURE or (NAMED in kinds and len(kinds) > 1)
        if is_sure and not MADE_UP.search(value) and "Private Key" not in kinds:
            spans += _spans(line, value)
    return spans


def _spans(line: str, value: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(MORE + re.escape(value) + MORE, line)]


def _redact_line(line: str) -> str:
    for value in _values(line):
        line = re.sub(MORE + re.escape(value) + MORE, PLACEHOLDER, line)
    return line


def _values(line: str) -> list[str]:
    """Return the secrets in a line, the longest first."""
    return sorted(kinds_in(line), key=lambda value: (-len(value), value))
