"""Which language a file is written in, and what people and models call it."""

from pathlib import PurePosixPath

# LSP's language ids by file ending; what is missing is completed all the same, as plain text.
LANGUAGES = {
    **dict.fromkeys((".py", ".pyi", ".pyw"), "python"),
    **dict.fromkeys((".js", ".mjs", ".cjs"), "javascript"),
    **dict.fromkeys((".ts", ".mts", ".cts"), "typescript"),
    **dict.fromkeys((".c", ".h"), "c"),
    **dict.fromkeys((".cc", ".cpp", ".cxx", ".hpp", ".hh"), "cpp"),
    **dict.fromkeys((".sh", ".bash", ".zsh"), "shellscript"),
    **dict.fromkeys((".yml", ".yaml"), "yaml"),
    ".jsx": "javascriptreact",
    ".tsx": "typescriptreact",
    ".go": "go",
    ".rs": "rust",
    ".java": "java",
    ".kt": "kotlin",
    ".rb": "ruby",
    ".php": "php",
    ".cs": "csharp",
    ".lua": "lua",
    ".swift": "swift",
    ".scala": "scala",
    ".sql": "sql",
    ".css": "css",
    ".html": "html",
    ".json": "json",
    ".toml": "toml",
    ".md": "markdown",
    ".el": "lisp",
}

# How people and models call languages otherwise than LSP does.
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
# Whose habits and code are those of the language too.
DIALECTS = {"javascriptreact": "javascript", "typescriptreact": "typescript"}
SCRIPTS = ("javascript", "javascriptreact", "typescript", "typescriptreact")


def language_of(path: str) -> str:
    """Return LSP's language id for the name of a file."""
    return LANGUAGES.get(PurePosixPath(path).suffix.lower(), "plaintext")


def language_id(spelling: str) -> str:
    """Return the LSP language id that `spelling` means; an unknown one stays, in lower case."""
    word = spelling.strip().lower()
    return ALIASES.get(word, word)


def family(language: str) -> str:
    """Return the language that a language id is a dialect of, or is itself."""
    return DIALECTS.get(language, language)
