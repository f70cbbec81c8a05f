"""The words of a docstring: read from what a model says or an old docstring has, and laid out."""

import inspect
import re
from collections.abc import Collection
from dataclasses import dataclass, field

MOST_PARAGRAPHS = 4
LONG_SUMMARY = 72  # characters of a first paragraph that is cut behind its first sentence

_FENCE = re.compile(r"^\s*(```|~~~).*$", re.M)
_QUOTED = re.compile(r"^[ \t]*[rRuU]?(\"\"\"|''')(.*?)(\1|\Z)", re.S | re.M)
_BLOCK = re.compile(r"^[ \t]*/\*[*!]?(.*?)(\*/|\Z)", re.S | re.M)
_MARK = re.compile(r"^[ \t]*(\*(?!\*) ?|//[/!]? ?|#+(?=[ \t]|$) ?)", re.M)
_CHATTER = re.compile(
    r"(sure|certainly|of course|okay|here('s| is| are)|below is)\b.*[:!.,]$", re.I
)
_SPOKEN = re.compile(r"(this|the)\s+(`?\w+`?\s+)?(function|method)\s+(?=\w+s\b)", re.I)
_CONTROL = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")
_UNDERLINE = re.compile(r"[-=~]{3,}$")

_HEADERS = {
    "parameters": re.compile(r"(args|arguments|parameters|params|inputs?|keyword args)$", re.I),
    "returns": re.compile(r"(returns?|return value|yields?|outputs?)$", re.I),
    "raises": re.compile(r"(raises|throws|exceptions?|errors)$", re.I),
    "rest": re.compile(
        r"(examples?( usage)?|usage|notes?|see also|warnings?|todo|references)$", re.I
    ),
}
_TAG = re.compile(r"[@\\:](param|arg|returns?|yields?|throws|exception|raises?|\w+)\b:?[ \t]*(.*)")
_TYPED = re.compile(r"\{[^}]*\}\s*|\[(?:in|out|in,out)\]\s*")
_ENTRY = re.compile(r"(?:[-*+]\s+)?[`*]*(\w+)[`*]*\s*(?:\([^)]*\)\s*)?(?::| [-–—])[`*]*\s*(.*)$")  # noqa: RUF001
_INLINE = re.compile(r"[*`]*(returns?|yields?|raises|throws)[*`]*:[*`]*\s+(.*)$", re.I)
_RAISES = re.compile(r"(?:raises|throws)\s+`?([A-Z]\w*)`?\s*(?::|\s-)\s*(.*)$", re.I)
_ERROR = re.compile(r"[`*]*([A-Z][\w.]*)[`*]*\s*(?::|\s-|\s(?=[iw]))\s*(.*)$")
_TYPE = re.compile(r"[`*]*[A-Za-z_][\w.]*(\[[^\]]*\])?[`*]*\s*:\s+(?=\S)")
_ITEM = re.compile(r"([-*+•]|\d+[.)])\s")
_SENTENCE = re.compile(r"(.{10,}?[.!?])\s+(?=[A-Z`\"'])")


@dataclass(slots=True)
class Prose:
    """What a docstring says. `rest`: sections with examples and notes, as they are written."""

    paragraphs: list[str] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    returns: str = ""
    raises: dict[str, str] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)


def read(said: str, names: Collection[str]) -> Prose:
    """Read a docstring in any convention, marks and chatter or not; `names` are the parameters."""
    reader = _Reader(names)
    for line in _plain(said).split("\n"):
        reader.read(line.rstrip())
    found = reader.found
    paragraphs = [" ".join(one.split()) for one in found.paragraphs]
    paragraphs = [whole for one in paragraphs if (whole := _without_list(one))]
    if len(paragraphs) > 1 and _CHATTER.match(paragraphs[0]):
        del paragraphs[0]
    found.paragraphs = _summed_up(paragraphs)[:MOST_PARAGRAPHS]
    return found


def _plain(said: str) -> str:
    """Return the words without fences, quotes and comment marks."""
    said = _FENCE.sub("", said.replace("\r\n", "\n").replace("\r", "\n"))
    quoted = _QUOTED.search(said) or _BLOCK.search(said)
    if quoted is not None:
        said = quoted[2] if quoted.re is _QUOTED else quoted[1]
    said = said.replace('"""', '"').replace("'''", "'")
    return inspect.cleandoc(_CONTROL.sub("", _MARK.sub("", said).expandtabs(4)))


def _without_list(paragraph: str) -> str:
    """Return a paragraph without the sentence that announces a list, and "" for a list."""
    if _ITEM.match(paragraph):
        return ""
    if not paragraph.endswith(":"):
        return paragraph
    end = max(paragraph.rfind(sign) for sign in ".!?")
    return paragraph[: end + 1] or ("" if " " in paragraph else paragraph)


def _summed_up(paragraphs: list[str]) -> list[str]:
    """Make the first sentence a paragraph of its own, if the first paragraph is long."""
    if not paragraphs:
        return []
    first = _SPOKEN.sub("", _unquoted(paragraphs[0]), count=1).strip()
    if not first:
        return _summed_up(paragraphs[1:])
    first = first[:1].upper() + first[1:]
    sentence = _SENTENCE.match(first) if len(first) > LONG_SUMMARY else None
    if sentence is None:
        return [_ended(first), *paragraphs[1:]]
    return [sentence[1], first[sentence.end() :], *paragraphs[1:]]


def _unquoted(text: str) -> str:
    inner = text[1:-1]
    is_quoted = text[:1] == text[-1:] and text[:1] in ("'", '"', "`", "*")
    return inner if is_quoted and text[0] not in inner else text


def _ended(sentence: str) -> str:
    return sentence if sentence[-1:] in (".", "!", "?", "") else sentence.rstrip(":;,") + "."


class _Reader:
    """Reads lines one after the other; `section` is what they belong to."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names
        self.found = Prose()
        self.section = "text"
        self.entry: str | None = None  # of parameters or raises, where the words go
        self.is_underlined = False
        self.is_new = True  # a paragraph begins

    def read(self, line: str) -> None:
        code = line.strip()
        if self._begins_section(code, line):
            return
        if not code:
            self.is_new = True
            if self.section == "rest":
                self.found.rest.append("")
            return
        if self.section == "rest":
            self.found.rest.append(line)
        elif not self._tagged(code) and not self._entered(code):
            self._goes_on(code, line)
        self.is_new = False

    def _begins_section(self, code: str, line: str) -> bool:
        if _UNDERLINE.match(code):
            self.is_underlined = True
            if self.section == "rest":
                self.found.rest.append(line)
            return True
        bare = code.strip("*#_ ").rstrip(":").strip("*_ ")
        is_header = code.rstrip("*_ ").endswith(":") or bare == code or code.startswith(("#", "*"))
        section = next((one for one, header in _HEADERS.items() if header.match(bare)), None)
        if section is None or not is_header:
            if code.startswith(">>>") and self.section != "rest":
                self.section = "rest"
            return False
        self.section, self.entry, self.is_underlined = section, None, False
        if section == "rest":
            self.found.rest += ["", line] if self.found.rest else [line]
        return True

    def _tagged(self, code: str) -> bool:
        match = _TAG.match(code)
        if match is None:
            return False
        tag, words = match[1], _TYPED.sub("", match[2], count=1)
        if tag in ("param", "arg"):
            name, _, text = words.partition(":") if code[0] == ":" else words.partition(" ")
            name = name.split()[-1].strip("[]`").split("=")[0] if name.split() else ""
            self._open("parameters", name.rpartition(".")[2] if "." not in name else "", text)
        elif tag in ("returns", "return", "yields", "yield"):
            self._open("returns", None, words)
        elif tag in ("throws", "exception", "raises", "raise"):
            name, _, text = words.partition(":" if code[0] == ":" else " ")
            self._open("raises", name.strip(), text)
        else:
            is_example = tag == "example"
            self._open("rest" if is_example else "skipped", None, "")
            self.found.rest += [code] if is_example else []
        return True

    def _entered(self, code: str) -> bool:
        """Whether a line begins an entry: a parameter, what is returned, an error."""
        if match := _RAISES.match(code):
            self._open("raises", match[1], match[2])
        elif match := _INLINE.match(code):
            is_error = match[1].lower() in ("raises", "throws")
            error = _ERROR.match(match[2]) if is_error else None
            if is_error and error is not None:
                self._open("raises", error[1], error[2])
            else:
                self._open("skipped" if is_error else "returns", None, match[2])
        elif (match := _ENTRY.match(code)) and match[1] in self.names:
            text = "" if self.is_underlined and self.section == "parameters" else match[2]
            self._open("parameters", match[1], text)
        elif self.section == "parameters" and code.strip("*`") in self.names:
            self._open("parameters", code.strip("*`"), "")
        elif self.section in ("parameters", "raises") and code.startswith(("Returns ", "Return ")):
            self._open("returns", None, code.partition(" ")[2])
        elif self.section == "parameters" and match:
            self.entry = ""
        elif self.section == "raises" and (error := _ERROR.match(code)):
            self._open("raises", error[1], error[2])
        elif self.section == "raises" and re.fullmatch(r"[A-Z]\w+", code):
            self._open("raises", code, "")
        else:
            return False
        return True

    def _open(self, section: str, entry: str | None, text: str) -> None:
        self.section, self.entry = section, entry
        text = text.strip().lstrip("-–— ").strip()  # noqa: RUF001
        if section == "parameters" and entry in self.names and entry is not None:
            self.found.parameters[entry] = text
        elif section == "raises" and entry:
            self.found.raises[entry] = text
        elif section == "returns":
            self.found.returns = _TYPE.sub("", text, count=1)
        else:
            self.entry = ""

    def _goes_on(self, code: str, line: str) -> None:
        """Add words to the entry or paragraph that was begun."""
        is_outside = self.is_new and not line[:1].isspace() and self.section != "text"
        if is_outside and (self.entry or self.found.returns or self.section == "skipped"):
            self.section, self.entry = "text", None
        found = self.found
        if self.section == "parameters" and self.entry in found.parameters:
            found.parameters[self.entry] = f"{found.parameters[self.entry]} {code}".strip()
        elif self.section == "raises" and self.entry in found.raises:
            found.raises[self.entry] = f"{found.raises[self.entry]} {code}".strip()
        elif self.section == "returns":
            code = code.lstrip("-*+ ")
            is_type = self.is_underlined and not found.returns and self.entry is None
            code = "" if is_type and " " not in code else _TYPE.sub("", code, count=1)
            found.returns = f"{found.returns} {code}".strip()
            self.entry = ""
        elif self.section == "text":
            new = not found.paragraphs or self.is_new
            found.paragraphs += [code] if new else []
            if not new:
                found.paragraphs[-1] += f" {code}"
