"""Which languages a prompt file is for, and what it may have meant."""

from difflib import get_close_matches

from lsp_local.languages import LANGUAGES, family, language_id

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


def meant(language: str) -> str:
    """Return the known language that an unknown id is a slip of, or ""."""
    if language in KNOWN:
        return ""
    near = get_close_matches(language[:40], sorted(KNOWN), n=1, cutoff=LEAST_LIKENESS)
    return near[0] if near else ""


def covers(languages: tuple[str, ...], language: str) -> bool:
    """Whether `language`, as an editor names it, is one of `languages`; none is all."""
    asked = language_id(language)
    return not languages or asked in languages or family(asked) in languages
