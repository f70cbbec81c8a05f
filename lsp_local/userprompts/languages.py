"""How a prompt file may spell a language, and which LSP language id that is."""

from difflib import get_close_matches

from lsp_local.languages import LANGUAGES

ALIASES = {
    **dict.fromkeys(("py", "python3"), "python"),
    **dict.fromkeys(("js", "node", "ecmascript"), "javascript"),
    **dict.fromkeys(("c++", "cxx", "cc"), "cpp"),
    **dict.fromkeys(("c#", "cs"), "csharp"),
    **dict.fromkeys(("sh", "bash", "zsh", "shell"), "shellscript"),
    **dict.fromkeys(("objc", "objectivec"), "objective-c"),
    **dict.fromkeys(("text", "txt", "plain"), "plaintext"),
    **dict.fromkeys(("elisp", "emacs-lisp"), "lisp"),
    "ts": "typescript",
    "jsx": "javascriptreact",
    "tsx": "typescriptreact",
    "golang": "go",
    "rs": "rust",
    "yml": "yaml",
    "md": "markdown",
    "rb": "ruby",
    "kt": "kotlin",
    "make": "makefile",
    "docker": "dockerfile",
    "f#": "fsharp",
    "hs": "haskell",
    "tex": "latex",
    "ps1": "powershell",
}
# Who names the language means its dialect too.
DIALECTS = {"javascriptreact": "javascript", "typescriptreact": "typescript"}
# Any word may be a language id somewhere; this list only tells a slip from a rare language.
KNOWN = frozenset(
    {
        *LANGUAGES.values(),
        *("plaintext", "abap", "bat", "bibtex", "clojure", "coffeescript", "dart", "diff", "d"),
        *("dockerfile", "elixir", "erlang", "fsharp", "git-commit", "git-rebase", "groovy", "ini"),
        *("handlebars", "haskell", "latex", "less", "makefile", "objective-c", "objective-cpp"),
        *("pascal", "perl", "perl6", "powershell", "pug", "r", "razor", "sass", "scss", "vb"),
        *("xml", "xsl", "jsonc", "json5", "vue", "svelte", "astro", "zig", "ocaml", "julia", "nix"),
        *("fish", "terraform", "graphql", "proto", "cuda", "cuda-cpp", "nim", "crystal", "elm"),
        *("solidity", "cmake", "rescript", "purescript", "scheme", "racket", "restructuredtext"),
    }
)
LEAST_LIKENESS = 0.82  # `pyhton` is python, `rescript` is not typescript


def language_id(spelling: str) -> str:
    """Return the LSP language id that `spelling` means; an unknown one stays, in lower case."""
    word = spelling.strip().lower()
    return ALIASES.get(word, word)


def meant(language: str) -> str:
    """Return the known language that an unknown id is a slip of, or ""."""
    if language in KNOWN:
        return ""
    near = get_close_matches(language[:40], sorted(KNOWN), n=1, cutoff=LEAST_LIKENESS)
    return near[0] if near else ""


def covers(languages: tuple[str, ...], language: str) -> bool:
    """Whether `language`, as an editor names it, is one of `languages`; none is all."""
    asked = language_id(language)
    return not languages or asked in languages or DIALECTS.get(asked, asked) in languages
