"""What each reason for silence means, and what would change it."""

from lsp_local.text import Reason

SENTENCES = {
    Reason.SHOWN: "The suggestion was sent to the editor. If you saw none, look at the editor's "
    "own settings for inline completions.",
    Reason.DISABLED: "You want silence in this file: see the options `enabled`, "
    "`disabled_languages` and `exclude`, yours and the workspace's.",
    Reason.PAUSED: "You have paused this server; `lsp-local resume` ends that.",
    Reason.PRIVATE: "The cursor is in a line or region that is marked `lsp-local: private`; what "
    "stands there is never read.",
    Reason.IN_COMMENT: "The cursor is in a comment, and the option `in_comments` is off.",
    Reason.IN_STRING: "The cursor is in a string, and the option `in_strings` is off.",
    Reason.AFTER_DELETION: "The last key took something away, and who corrects wants no "
    "suggestion; the next key that adds something asks again.",
    Reason.CODE_FOLLOWS: "More than closing brackets stands right of the cursor; suggestions come "
    "at the end of a line, or when asked for by hand.",
    Reason.NOTHING_TO_READ: "There is no text before the cursor, or its line alone is too long for "
    "the model; type something first, or raise `n_ctx`.",
    Reason.MIDDLE_OF_WORD: "A name or number goes on right of the cursor; move to its end.",
    Reason.MODEL_LOADING: "The model was not in memory yet; that takes seconds once a start.",
    Reason.NO_MODEL: "There is no model that works: `lsp-local doctor` says what is wrong, "
    "`lsp-local model pull` fetches one.",
    Reason.ENGINE_DIED: "The model's process ended in the middle and was started again; if it "
    "happens often, `lsp-local doctor` and the log say more.",
    Reason.SUPERSEDED: "A newer request for the same document took its place; nothing is wrong.",
    Reason.CANCELLED: "The editor took its request back, as it does while you type.",
    Reason.STALE_VERSION: "The text changed before the answer was ready; a faster model or a "
    "smaller `n_predict_block` is ready sooner.",
    Reason.BLANK: "The model suggested nothing but white space.",
    Reason.STATEMENT_COMPLETE: "The model finds that the line is complete; go to the next one.",
    Reason.REPEATS_SUFFIX: "The suggestion only repeats what stands behind the cursor.",
    Reason.REPEATS_ITSELF: "The suggestion repeats itself or the lines before it, as small models "
    "do where they know nothing better; a line of your own leads on.",
    Reason.COMMENT_ONLY: "The suggestion is only a comment, which nobody has begun; asked for by "
    "hand, it is shown.",
    Reason.WRONG_INDENTATION: "The suggestion is indented as nothing can be at this place.",
    Reason.IN_POPUP: "The editor's menu offers the same text already.",
    Reason.NOT_TYPEABLE: "The suggestion has characters that nobody types, or broken ones.",
    Reason.BREAKS_SYNTAX: "The suggestion makes a syntax error where there was none, and nothing "
    "of it is right by itself.",
    Reason.SECRET: "The suggestion repeats the word that stands for a secret in what the model "
    "reads.",
    Reason.UNSURE: "The model is less sure than this place needs; a lower `least_probability` "
    "shows more, as does asking by hand.",
    Reason.UNKNOWN_NAME: "The suggestion uses a name that stands nowhere in what was read, and the "
    "model is not sure enough for that; asking by hand shows it.",
}


def sentence(reason: str) -> str:
    """Return the sentence; a newer server may have reasons that this command does not know."""
    try:
        return SENTENCES[Reason(reason)]
    except (KeyError, ValueError):
        return "This reason is newer than this command."
