"""The words that all layers share: documents, suggestions, and why there is none."""

from dataclasses import asdict, dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it was when the request came in.

    `path` and `project` are what the model reads: the path relative to the workspace, with
    forward slashes, and the name of the workspace's folder.
    """

    uri: str
    path: str
    project: str
    language: str
    text: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Text to insert at `offset` (code points). Invariant: `text` is never blank."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Put `text` in place of what is between two offsets of a document."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a language server or compiler complains about, between two offsets."""

    start: int
    end: int
    message: str
    source: str = ""
    code: str = ""


class Reason(StrEnum):
    """How a request for an inline completion ended. Anything but SHOWN is silence."""

    SHOWN = "shown"
    DISABLED = "disabled"
    PAUSED = "paused"
    PRIVATE = "private"
    IN_COMMENT = "in-comment"
    IN_STRING = "in-string"
    AFTER_DELETION = "after-deletion"
    CODE_FOLLOWS = "code-follows"
    NOTHING_TO_READ = "nothing-to-read"
    MIDDLE_OF_WORD = "middle-of-word"
    MODEL_LOADING = "model-loading"
    NO_MODEL = "no-model"
    ENGINE_DIED = "engine-died"
    FAILED = "failed"  # a fault of ours
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    STALE_VERSION = "stale-version"
    TOO_LATE = "too-late"
    BLANK = "blank"
    STATEMENT_COMPLETE = "statement-complete"
    REPEATS_SUFFIX = "repeats-suffix"
    REPEATS_ITSELF = "repeats-itself"
    COMMENT_ONLY = "comment-only"
    WRONG_INDENTATION = "wrong-indentation"
    IN_POPUP = "in-popup"
    NOT_TYPEABLE = "not-typeable"
    BREAKS_SYNTAX = "breaks-syntax"
    SECRET = "secret"
    UNSURE = "unsure"
    UNKNOWN_NAME = "unknown-name"


@dataclass(frozen=True, slots=True)
class Stats:
    """What one answer cost. Counts are tokens; times are milliseconds since the request.

    `source` is "model", "cache" (typed into, or known of this place) or "none" (neither asked).
    `n_prompt` = `n_reused` (already in the KV cache) + `n_evaluated` (read for this answer).
    """

    source: str = "none"
    model: str = ""
    n_prompt: int = 0
    n_reused: int = 0
    n_evaluated: int = 0
    n_predicted: int = 0
    ttft_ms: float = 0.0
    total_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one request: a suggestion, or silence with its reason.

    `rule` is the stop rule that ended the decode, "" without one. For `lsp-local why`: `said` is
    all that was decoded, `logprobs` of its tokens, `confidence` the probability of its least
    probable line, `prompt_tail` the end of what the model read, `pieces` a line for each other
    place that it read.
    """

    suggestion: Suggestion | None
    reason: Reason
    stats: Stats = Stats()
    rule: str = ""
    said: str = ""
    logprobs: tuple[float, ...] = ()
    prompt_tail: str = ""
    confidence: float = 0.0
    pieces: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return what is suggested, "" for silence."""
        return self.suggestion.text if self.suggestion else ""

    @property
    def beginning(self) -> str:
        """Return what the model is sure of, whether it was worth showing or not."""
        return self.said.strip("\n") if self.reason is Reason.UNSURE else self.text

    def as_json(self) -> dict[str, object]:
        """Return the fields that every `--json` output of the project uses."""
        shown = self.reason is Reason.SHOWN
        return {"text": self.text, "shown": shown, "reason": str(self.reason), **asdict(self.stats)}


class UserError(Exception):
    """Something that a person must mend; the message says what is wrong and what to do."""
