"""Which language a file is written in."""

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


def language_of(path: str) -> str:
    """Return LSP's language id for the name of a file."""
    return LANGUAGES.get(PurePosixPath(path).suffix.lower(), "plaintext")
