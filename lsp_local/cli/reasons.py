"""What each reason for silence means, and what would change it: one sentence each."""

from lsp_local.text import Reason

SENTENCES = {
    Reason.SHOWN: "The suggestion was sent to the editor; if you saw none, look at the editor's "
    "own settings for inline completions.",
    Reason.DISABLED: "The options `enabled`, `disabled_languages` or `exclude`, yours or the "
    "workspace's, ask for silence in this file; change them if you want suggestions here.",
    Reason.PAUSED: "You have paused this server; `lsp-local resume` ends that.",
    Reason.PRIVATE: "The cursor is in a line or region that is marked `lsp-local: private` and so "
    "never read; take the mark away if you want suggestions there.",
    Reason.IN_COMMENT: "The cursor is in a comment, and the option `in_comments` is off; turn it "
    "on, or ask by hand.",
    Reason.IN_STRING: "The cursor is in a string, and the option `in_strings` is off; turn it on, "
    "or ask by hand.",
    Reason.AFTER_DELETION: "The last key took something away, and who corrects wants no "
    "suggestion; the next key that adds something asks again.",
    Reason.CODE_FOLLOWS: "More than closing brackets stands right of the cursor; suggestions come "
    "at the end of a line, or when asked for by hand.",
    Reason.NOTHING_TO_READ: "There is nothing but white space before the cursor; type something "
    "first.",
    Reason.MIDDLE_OF_WORD: "A name or number goes on right of the cursor; move to its end.",
    Reason.MODEL_LOADING: "The model was not in memory yet, which takes seconds once a start; type "
    "on, or ask by hand, which waits for it.",
    Reason.NO_MODEL: "There is no model that works: `lsp-local doctor` says what is wrong, "
    "`lsp-local model pull` fetches one.",
    Reason.ENGINE_DIED: "The model's process ended in the middle and was started again; if it "
    "happens often, `lsp-local doctor` and the log (`log_file`) say more.",
    Reason.FAILED: "A fault of lsp-local ended the request; the next key asks again, and the log "
    "(`log_file`) has what to report.",
    Reason.SUPERSEDED: "A newer request for the same document took its place; nothing is wrong.",
    Reason.CANCELLED: "The editor took its request back, as it does while you type; nothing is "
    "wrong.",
    Reason.STALE_VERSION: "The text changed before the answer was ready; a faster model or a "
    "smaller `n_predict_block` is ready sooner.",
    Reason.TOO_LATE: "The editor's completion menu waits no longer than `deadline_ms`; the next "
    "key finds what was ready later.",
    Reason.BLANK: "The model suggested nothing that can be shown: white space, the end of the "
    "block, or a word so long that its tokens ran out (`n_predict_line` allows more).",
    Reason.STATEMENT_COMPLETE: "The model finds that the line is complete; go to the next one.",
    Reason.REPEATS_SUFFIX: "The suggestion only repeats what stands behind the cursor; where "
    "something is missing before that, begin it yourself.",
    Reason.REPEATS_ITSELF: "The suggestion repeats itself or the lines before it, as small models "
    "do where they know nothing better; a line of your own leads on.",
    Reason.COMMENT_ONLY: "The suggestion is only a comment, which nobody has begun; begin one, or "
    "ask by hand.",
    Reason.WRONG_INDENTATION: "The suggestion is indented deeper than the line above allows; where "
    "that is wanted, indent the line yourself, and the model is asked again.",
    Reason.IN_POPUP: "The editor's menu offers the same text already, or has an entry selected "
    "that the suggestion does not begin with; choose in the menu, or close it.",
    Reason.NOT_TYPEABLE: "The suggestion has invisible or broken characters, which nobody types; "
    "mostly they stand in the file already and are better taken out.",
    Reason.BREAKS_SYNTAX: "The suggestion makes a syntax error where there was none, and nothing "
    "of it is right by itself; what only waits to be closed is shown when asked for by hand.",
    Reason.SECRET: "The suggestion is the word that the model reads in place of a secret; type the "
    "secret yourself, or keep it out of the file.",
    Reason.UNSURE: "The model is less sure than this place needs; a lower `least_probability` "
    "shows more, as does asking by hand.",
    Reason.UNKNOWN_NAME: "The suggestion uses a name that stands nowhere in what was read, and the "
    "model is not sure enough for that; import or define it first, or ask by hand.",
}


def sentence(reason: str) -> str:
    """Return the sentence; a newer server may have reasons that this command does not know."""
    try:
        return SENTENCES[Reason(reason)]
    except (KeyError, ValueError):
        return "This reason is newer than this command."
