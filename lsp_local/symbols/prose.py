"""What a small model says about code, cut down to sentences that hold what they promise."""

import re
from collections.abc import Iterator

from lsp_local import names
from lsp_local.symbols.facts import Facts

MOST_SENTENCES = 3
MOST_ANSWER = 4000  # characters that are looked at
FENCED = re.compile(r"^ *(`{3,}|~{3,})[^\n]*\n.*?(^ *\1[^\n]*$|\Z)", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^\s*#{1,6}\s.*$", re.MULTILINE)
LIST_MARK = re.compile(r"^\s*([-*+•]\s+|\d{1,2}[.)]\s+|>\s*)", re.MULTILINE)
STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
CHATTER = re.compile(
    r"(sure|certainly|of course|okay|ok|great|yes|here(?:'s| is| are)|let(?:'s| me)"
    r"|i (?:will|can|am|hope)|i'(?:ll|m)|in summary|in conclusion|to summarize|overall|as an ai"
    r"|please|feel free|this (?:explanation|answer)|note that|remember)\b",
    re.IGNORECASE,
)
# A sentence ends in front of white space or at the end, and not behind these.
ENDING = re.compile(r"[.!?][\"')\]]*(?=\s|$)")
NOT_ENDING = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|resp|no|fig)\.$", re.IGNORECASE)
CODE = re.compile(r"`+([^`]*)`+")
WORD = re.compile(r"[^\W\d]\w*")
# Names as they are written without backticks: snake_case, camelCase, CamelCase, `f(`, `a.b`.
LIKE_A_NAME = re.compile(
    r"\b(?:\w+_\w+|_\w+|[a-z]+[a-z0-9]*[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*|[^\W\d]\w*(?=\((?!s\))))"
)
DOTTED = re.compile(r"\b[^\W\d]\w+(?:\.[^\W\d]\w+)+\b")
# Words that look like names and are none, and what any language may be said to have.
WORDS = """
JavaScript TypeScript GitHub GitLab PostgreSQL MySQL SQLite JSON YAML WebSocket OpenAI iOS macOS
true false null nil none None True False undefined void return returns if else for while do
class struct interface enum trait impl type fn func function def async await yield throw raise
try catch except finally import export const let var static public private protected new delete
in not and or is self this super string number boolean int integer float double char bool long
list dict dictionary map set tuple array object str bytes error Error Exception Promise String
Integer Boolean List Map Set Optional Any any unknown never mut pub use mod match with as
"""
# What a sentence may consist of and still say nothing.
EMPTY = """
a an the is are it its this that which of in to for and or with by as on at from be has have was
function method class variable parameter constant field type name named called code python here
symbol member import module identifier argument value object defined definition used uses use
given file program javascript typescript go rust java ruby c takes declared
"""

_WORDS, _EMPTY = frozenset(WORDS.split()), frozenset(EMPTY.split())


def checked(answer: str, facts: Facts) -> str:
    """Return at most three sentences that are whole and name only what there is; "" for none."""
    chosen: list[str] = []
    twice = re.compile(rf"^`{re.escape(facts.name)}`[\s,:]+(?=`{re.escape(facts.name)}`)")
    for sentence in sentences(twice.sub("", plain(answer))):
        is_new = sentence not in chosen and not says_nothing(sentence, facts)
        if is_new and not CHATTER.match(sentence) and not unknown_names(sentence, facts):
            chosen.append(sentence)
    return " ".join(chosen[:MOST_SENTENCES])


def plain(answer: str) -> str:
    """Return an answer without blocks of code, headings, and marks before lines."""
    text = FENCED.sub("\n\n", answer[:MOST_ANSWER].replace("\r", ""))
    text = LIST_MARK.sub("\n\n", HEADING.sub("", text))
    return STRONG.sub(r"\2", text).strip()


def sentences(text: str) -> list[str]:
    """Return the sentences that are complete, each in one line."""
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        line = " ".join(paragraph.split())
        start = 0
        for end in _ends(line):
            found.append(line[start:end].strip())
            start = end
    return [sentence for sentence in found if WORD.search(sentence)]


def unknown_names(text: str, facts: Facts) -> list[str]:
    """Return the names in `text` that stand neither in the code nor in the language."""
    known = set(
        WORD.findall(f"{facts.source} {facts.signature} {facts.note} {facts.name} {facts.owner}")
    )
    known |= {facts.language, *facts.parameters}
    named = [word for word in _names_in(text) if word not in known]
    return [
        word
        for word in dict.fromkeys(named)
        if word not in _WORDS and not names.belongs_to(facts.language, word)
    ]


def says_nothing(sentence: str, facts: Facts) -> bool:
    """Whether a sentence has no word but those of the name itself and empty ones."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+", f"{facts.name} {facts.owner}")
    own = {_stem(part) for part in [*parts, facts.name, facts.owner, facts.kind]}
    words = re.findall(r"[^\W_]+", sentence)
    return all(word.lower() in _EMPTY or _stem(word) in own for word in words)


def _names_in(text: str) -> Iterator[str]:
    """Yield the words that claim to be names: those in backticks, and those written like names."""
    for code in CODE.finditer(text):
        yield from WORD.findall(re.sub(r"\\[nrt]", " ", code[1]))
    rest = CODE.sub(" ", text)
    yield from LIKE_A_NAME.findall(rest)
    for dotted in DOTTED.findall(rest):
        yield from dotted.split(".")


def _ends(line: str) -> Iterator[int]:
    """Yield where sentences end: not in code, not behind abbreviations."""
    inside = [code.span() for code in CODE.finditer(line)]
    for ending in ENDING.finditer(line):
        is_code = any(start < ending.start() < end for start, end in inside)
        if not is_code and not NOT_ENDING.search(line[: ending.start() + 1]):
            yield ending.end()


def _stem(word: str) -> str:
    return re.sub(r"(ies|es|s|ing|ed|e|y)$", "", word.lower())
