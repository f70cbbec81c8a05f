"""Every option, declared once with its sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from lsp_local.option import Option, WorkspaceMay, option

# Paths that are never completed and never read, whatever the option `exclude` says.
NEVER = (
    *(".env*", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.crt", "*.cer"),
    *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".netrc", ".pypirc", ".npmrc"),
    *(".git-credentials", ".htpasswd", ".ssh/**", ".aws/**", ".gnupg/**", ".kube/**"),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose. Invariant: every value keeps the limits declared here."""

    enabled: bool = option(
        True, "Whether to suggest anything at all.", workspace_may=WorkspaceMay.TURN_OFF
    )
    model: str = option(
        "qwen2.5-coder-0.5b",
        "The model: a name that `lsp-local model list` names, or the path of a GGUF file.",
        at_least=1,
    )
    instruct_model: str = option(
        "",
        "The model that code actions, prompt files and explanations ask, named as in `model`; "
        "empty is `model`.",
    )
    lint_model: str = option("", "The model that lint asks, named as in `model`; empty is `model`.")
    memory_mb: int = option(
        0,
        "Most megabytes for all models together, the one of `model` among them. Those of "
        "`instruct_model` and `lint_model` are loaded when they are first asked; where they do not "
        "fit together, the one asked last is kept. 0 is half of the memory that is free then.",
        at_most=16_777_216,
    )
    adapter: str = option(
        "",
        "A LoRA adapter of the model: the path of its GGUF file, or PATH:SCALE where another part "
        "of it than all is to count. Empty is none.",
    )
    engine: str = option(
        "llama.cpp",
        "What runs the model: `llama.cpp`, `ctransformers` or `openvino` in a process of its own, "
        "or `openai`, a server that speaks OpenAI's protocol, at `remote_url` (docs/engines.md).",
        choices=("llama.cpp", "ctransformers", "openvino", "openai"),
    )
    remote_url: str = option(
        "http://localhost:8080/v1",
        "Where the server of the engine `openai` is; your code is sent there. Without TLS it must "
        "be on this machine.",
        at_least=1,
    )
    remote_model: str = option(
        "", "The name of the model at `remote_url`; empty is the first that the server lists."
    )
    remote_fim: tuple[str, ...] = option(
        (),
        "How that model fills in: the name of a family, or the texts of its tokens for prefix, "
        "suffix and middle (and for a project and a file). Empty: its name tells.",
        at_most=5,
    )
    remote_key_command: tuple[str, ...] = option(
        (),
        "A program and its arguments that print the key to `remote_url`, where "
        "`LSP_LOCAL_REMOTE_KEY` does not hold it.",
        at_most=100,
    )
    n_threads: int = option(
        0, "Threads that compute; 0 is one for each physical core.", at_most=512
    )
    n_ctx: int = option(
        4096,
        "Most tokens that the model holds at once, read and written together.",
        at_least=512,
        at_most=131_072,
        workspace_may=WorkspaceMay.LOWER,
    )
    n_predict_line: int = option(
        32,
        "Most tokens to decode for the rest of a line.",
        at_least=1,
        at_most=512,
        workspace_may=WorkspaceMay.LOWER,
    )
    n_predict_block: int = option(
        96,
        "Most tokens to decode for a block of several lines.",
        at_least=1,
        at_most=1024,
        workspace_may=WorkspaceMay.LOWER,
    )
    n_context: int = option(
        1024,
        "Most tokens to read around the cursor; read when nobody waits if it would take too long.",
        at_least=128,
        at_most=65_536,
        workspace_may=WorkspaceMay.LOWER,
    )
    n_repository: int = option(
        512,
        "Most tokens to read of other places: signatures of what is imported, recent edits, "
        "similar code; 0 reads nothing but the file.",
        at_most=32_768,
        workspace_may=WorkspaceMay.LOWER,
    )
    least_probability: int = option(
        50,
        "How probable a suggestion must be, in percent by the model's own estimate; what is less "
        "so is cut off or not shown. When asked for by hand, everything is shown.",
        at_most=100,
    )
    deadline_ms: int = option(
        500,
        "How long a suggestion may take, in milliseconds; six times as long when asked for by "
        "hand. With the measured speed it bounds what is read and written before an answer.",
        at_least=100,
        at_most=60_000,
        workspace_may=WorkspaceMay.LOWER,
    )
    debounce_ms: int = option(
        0,
        "Longest time to wait for the next key before asking the model, in milliseconds; only "
        "where the editor asks by itself, and no longer than typing is slower than the model.",
        at_most=5000,
    )
    completion_item: str = option(
        "auto",
        "Whether suggestions also stand in the editor's completion menu, one at a time: `auto` is "
        "in editors that know no inline completion, `on` is in all, `off` in none. Read when the "
        "server starts.",
        choices=("off", "auto", "on"),
        workspace_may=WorkspaceMay.LOWER,
    )
    hover: bool = option(
        True,
        "Whether to say in a hover what is known of a symbol.",
        workspace_may=WorkspaceMay.TURN_OFF,
    )
    hover_ms: int = option(
        700,
        "How long a hover may wait for what the model says of the symbol, in milliseconds; what "
        "comes later is shown by the next hover. 0 never asks the model.",
        at_most=60_000,
        workspace_may=WorkspaceMay.LOWER,
    )
    lint: str = option(
        "static",
        "What `lsp-local lint` finds, shown while you do not type: `static` is the checks that are "
        "certain and cost nothing, `on` also what the model finds, which takes it seconds a "
        "function and is often wrong; `off` is nothing.",
        choices=("off", "static", "on"),
        workspace_may=WorkspaceMay.LOWER,
    )
    cache_mb: int = option(
        2048,
        "Most megabytes of KV states to keep on disk, so that nothing is read again after a "
        "restart; 0 keeps none, and no suggestions or explanations either.",
        at_most=1_000_000,
    )
    share_worker: bool = option(
        True,
        "Whether windows share one model process, and so one model in memory, where their model, "
        "`n_ctx`, `n_threads` and `cache_mb` are the same.",
    )
    worker_linger_minutes: int = option(
        5,
        "How long a shared model process stays after its last window, in minutes, so that the next "
        "one need not load the model; 0 ends it at once. Read when the model is loaded.",
        at_most=1440,
    )
    memory: str = option(
        "off",
        "Whether to learn the project: what you accept, change and turn down becomes short "
        "observations and habits (quotes, docstrings), kept on this machine; `lsp-local memory` "
        "shows, erases and exports them. `off` learns nothing and uses nothing.",
        choices=("off", "on"),
        workspace_may=WorkspaceMay.LOWER,
    )
    memory_days: int = option(
        90,
        "Days after which an observation is erased that was not made again.",
        at_least=1,
        at_most=3650,
        workspace_may=WorkspaceMay.LOWER,
    )
    in_comments: bool = option(
        True, "Whether to suggest in comments.", workspace_may=WorkspaceMay.TURN_OFF
    )
    in_strings: bool = option(
        True, "Whether to suggest in strings.", workspace_may=WorkspaceMay.TURN_OFF
    )
    disabled_languages: tuple[str, ...] = option(
        (),
        "Language identifiers, as the editor sends them, in which to stay silent.",
        at_most=1000,
        workspace_may=WorkspaceMay.ADD,
    )
    exclude: tuple[str, ...] = option(
        (),
        "Patterns of paths that are never completed and never read, in any folder, beside those "
        "that never are, such as `.env*`, `*.pem` and `.ssh/**` (docs/privacy.md).",
        at_most=1000,
        workspace_may=WorkspaceMay.ADD,
    )
    trusted_folders: tuple[str, ...] = option(
        (),
        "Folders, absolute or beginning with `~`, in which and below which the prompt files "
        "(`.lsp-local/prompts`) and rules (`AGENTS.md` and its like) of a workspace are used.",
        at_most=1000,
    )
    log_level: str = option(
        "warning",
        "The least serious message that is logged.",
        choices=("error", "warning", "info", "debug"),
    )
    log_file: str = option("", "The file to which messages are added; empty is standard error.")
    why_log: str = option(
        "",
        "A file to which each request is added with how it ended and why, as `lsp-local why` "
        "prints it; it holds pieces of your code. Empty is no file.",
    )


def answers_as(options: Options) -> str:
    """Return what tells this model's answers from those of others: in caches and statistics."""
    if options.engine == "openai":
        return f"{options.remote_model or 'a model'} at {options.remote_url}"
    return options.model


class Job(StrEnum):
    """What a model is for. Each may have a model of its own."""

    COMPLETION = "completion"
    INSTRUCT = "instruct"
    LINT = "lint"


def for_job(options: Options, job: Job) -> Options:
    """Return the options as one job has them: `model`, or `remote_model`, is what does it.

    An adapter is made for one model, the one of `model`.
    """
    own = {Job.INSTRUCT: options.instruct_model, Job.LINT: options.lint_model}.get(job)
    if not own:
        return options
    if options.engine == "openai":
        return replace(options, remote_model=own)
    return replace(options, model=own, adapter="")


def describe() -> tuple[Option, ...]:
    """Return every option in the order of its declaration."""
    defaults = Options()
    return tuple(Option(f.name, getattr(defaults, f.name), **f.metadata) for f in fields(Options))


def is_off_limits(options: Options, path: str, full_path: str) -> bool:
    """Tell whether a file may be neither completed nor read, whoever names it.

    Outside of a project `path` is a bare name, and `.ssh/**` must still be found.
    """
    patterns = (*NEVER, *options.exclude)
    return any(is_excluded(patterns, one) for one in (path, full_path))


def is_excluded(exclude: Sequence[str], path: str) -> bool:
    """Tell whether one of the patterns names `path`, which has forward slashes.

    A pattern may begin in any folder, `*` and `**` cross folders, case does not matter.
    """
    return any(fnmatchcase(f"/{path.lstrip('/')}".lower(), _anywhere(p)) for p in exclude)


def _anywhere(pattern: str) -> str:
    everything = f"{pattern}**" if pattern.endswith("/") else pattern
    anchored = everything.removeprefix("**/").lower()
    return anchored if anchored.startswith("/") else f"*/{anchored}"
