"""Where the options come from: defaults, user file, environment, editor, workspace."""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from lsp_local.editor_settings import in_force, name_of
from lsp_local.option import Option, Value, WorkspaceMay, accept, expected, from_text
from lsp_local.options import Options, describe
from lsp_local.plain import is_inside
from lsp_local.text import UserError
from lsp_local.workspaces import BY_FOLDER, chosen_for

__all__ = ["load", "load_strict", "Loaded", "ConfigError", "Options", "describe"]


class ConfigError(UserError):
    """Settings that a person must mend; one line for each of them."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The options in force, and one sentence for each setting that was not taken."""

    options: Options
    warnings: tuple[str, ...]


def load(
    *,
    workspace: Path | None = None,
    editor: Sequence[object] = (),
    environ: Mapping[str, str] = os.environ,
    user_file: Path | None = None,
) -> Loaded:
    """Read all sources; a wrong setting becomes a warning and the value before it stays.

    `editor` is what it has said, any JSON values, the newest last; `workspace` is a folder; a
    `user_file` that is named must exist.
    """
    problems: list[str] = []
    trusted = (
        *_user_settings(user_file, environ, workspace, problems),
        *_environment_settings(environ),
        *_editor_settings(editor, problems),
    )
    options = Options()
    for setting in trusted:
        options = _set(options, setting, problems)
    for setting in _workspace_settings(workspace, problems):
        options = _tighten(options, setting, problems)
    return Loaded(options, tuple(_sendable(problem) for problem in problems))


def load_strict(
    *,
    workspace: Path | None = None,
    editor: Sequence[object] = (),
    environ: Mapping[str, str] = os.environ,
    user_file: Path | None = None,
) -> Options:
    """Read all sources as `load` does, for a person who waits at a command line.

    Raises ConfigError, which lists every setting that is wrong.
    """
    loaded = load(workspace=workspace, editor=editor, environ=environ, user_file=user_file)
    if loaded.warnings:
        raise ConfigError("\n".join(loaded.warnings))
    return loaded.options


def user_config_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the path of the user's own file, which need not exist."""
    if named := environ.get("LSP_LOCAL_CONFIG"):
        return Path(named)

    from platformdirs import user_config_path  # only here: most processes never ask

    return user_config_path("lsp-local", appauthor=False) / "config.toml"


@dataclass(frozen=True, slots=True)
class _Setting:
    """One value as its source wrote it. Invariant: `source` is what a person can look for."""

    source: str
    key: str
    raw: object


_OPTIONS = {option.name: option for option in describe()}
_NOT_OPTIONS = ("CONFIG", "MODELS_DIR", "CACHE_DIR", "LOG", "REMOTE_KEY")
_NO_OPTIONS = {f"LSP_LOCAL_{name}" for name in _NOT_OPTIONS}
_ELSEWHERE = "in your own config.toml, in your editor's settings or in the environment"
# A workspace is not trusted: these bound the time its file can cost to about a second.
_MAX_BYTES = 128 * 1024
_MAX_DOTS = 100
_MAX_KEYS = 100


def _user_settings(
    named: Path | None, environ: Mapping[str, str], workspace: Path | None, problems: list[str]
) -> Iterator[_Setting]:
    path = named or user_config_file(environ)
    try:
        text = _read(path)
        if text is not None:
            table = _parse(path, text)
            of_folders = table.pop(BY_FOLDER, {})
            yield from _table(str(path), table, problems)
            for folder, options in chosen_for(workspace, of_folders, str(path), problems):
                yield from _table(f"{path} [{BY_FOLDER}.{folder!r}]", options, problems)
        elif named or environ.get("LSP_LOCAL_CONFIG"):
            problems.append(f"{path}: there is no such file; write it or name another one")
    except ConfigError as error:
        problems.append(str(error))


def _environment_settings(environ: Mapping[str, str]) -> Iterator[_Setting]:
    for variable, text in sorted(environ.items()):
        if not variable.startswith("LSP_LOCAL_") or variable in _NO_OPTIONS or not text:
            continue
        key = variable.removeprefix("LSP_LOCAL_").lower()
        option = _OPTIONS.get(key)
        yield _Setting(variable, key, from_text(option, text) if option else text)


def _editor_settings(editor: Sequence[object], problems: list[str]) -> Iterator[_Setting]:
    for section in in_force(editor):
        for setting in _table("editor settings", section, problems):
            yield replace(setting, key=name_of(setting.key))


def _workspace_settings(folder: Path | None, problems: list[str]) -> Iterator[_Setting]:
    if folder is None:
        return

    path = folder / "pyproject.toml"
    try:
        # A link out of the workspace leads to what is not the workspace's to say.
        text = _read(path) if is_inside(folder, path) else None
        # Without our name in it, its faults are not ours to report.
        if text is None or "lsp-local" not in text:
            return
        tool = _parse(path, text).get("tool")
    except ConfigError as error:
        problems.append(str(error))
        return
    section = tool.get("lsp-local") if isinstance(tool, dict) else None
    yield from _table(f"{path} [tool.lsp-local]", section, problems)


def _table(source: str, table: object, problems: list[str]) -> Iterator[_Setting]:
    if table is None:
        return

    if not isinstance(table, Mapping):
        problems.append(f"{source}: must be a table of options, not {_shown(table)}")
        return
    if len(table) > _MAX_KEYS:
        problems.append(f"{source}: has {len(table)} keys, so none is read; keep the options only")
        return
    for key, raw in table.items():
        yield _Setting(source, key if isinstance(key, str) else _shown(key), raw)


def _read(path: Path) -> str | None:
    """Return the text of a file, or None where there is no file. Raises ConfigError."""
    try:
        if not path.exists():
            return None
        # A pipe would never end, and standard input is the editor's.
        if not path.is_file():
            raise ConfigError(f"{path}: is not a file; put a TOML file there or remove it")
        with path.open("rb") as stream:
            return _decode(path, stream.read(_MAX_BYTES + 1))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{path}: cannot be read ({reason}); check path and rights") from error


def _decode(path: Path, content: bytes) -> str:
    if len(content) > _MAX_BYTES:
        raise ConfigError(f"{path}: is larger than {_MAX_BYTES // 1024} KiB; make it shorter")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + content.count(b"\n", 0, error.start)
        raise ConfigError(f"{path}: line {line} is not UTF-8; save the file as UTF-8") from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    """Return the tables of a TOML text. Raises ConfigError."""
    # tomllib's time grows with the square of the parts of a dotted key.
    for n_lines, line in enumerate(text.split("\n"), start=1):
        if line.count(".") > _MAX_DOTS:
            raise ConfigError(f"{path}: line {n_lines} has over {_MAX_DOTS} dots; break it up")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        is_syntax = isinstance(error, tomllib.TOMLDecodeError)
        reason = error if is_syntax else "a number too long or tables too deep"
        raise ConfigError(f"{path}: is not valid TOML: {reason}; mend it") from error


def _set(options: Options, setting: _Setting, problems: list[str]) -> Options:
    option = _OPTIONS.get(setting.key)
    if option is None:
        problems.append(f"{setting.source}: {_unknown(setting.key)}")
        return options
    value = accept(option, setting.raw)
    if value is None:
        stays = _shown(getattr(options, option.name))
        problems.append(
            f"{setting.source}: `{option.name}` must be {expected(option)}, "
            f"not {_shown(setting.raw)}; it stays {stays}"
        )
        return options
    return _with(options, option, value)


def _tighten(options: Options, setting: _Setting, problems: list[str]) -> Options:
    option = _OPTIONS.get(setting.key)
    if option and option.workspace_may is WorkspaceMay.NOTHING:
        problems.append(
            f"{setting.source}: `{option.name}` is not a workspace's; set it {_ELSEWHERE}"
        )
        return options
    wished = _set(options, setting, problems)
    if option is None or wished is options:
        return options

    now = getattr(options, option.name)
    value = _tighter(option, now, getattr(wished, option.name))
    if value is None:
        problems.append(
            f"{setting.source}: a workspace may only {option.workspace_may} `{option.name}`, "
            f"now {_shown(now)}; set it {_ELSEWHERE}"
        )
        return options
    return _with(options, option, value)


def _tighter(option: Option, now: Any, wish: Any) -> Value | None:
    """Return what the workspace's wish makes of the value, or None where it may not."""
    if option.workspace_may is WorkspaceMay.ADD:
        return tuple(dict.fromkeys((*now, *wish)))
    if option.choices:  # the least stands first
        return wish if option.choices.index(wish) <= option.choices.index(now) else None
    # False is less than True, so turning off is lowering.
    return wish if wish <= now else None


def _with(options: Options, option: Option, value: Value) -> Options:
    changed: dict[str, Any] = {option.name: value}
    return replace(options, **changed)


def _unknown(key: str) -> str:
    near = get_close_matches(key[:60].lower().replace("-", "_"), _OPTIONS, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"the options are {', '.join(_OPTIONS)}"
    return f"there is no option {_shown(key)}; {hint}"


def _shown(raw: object) -> str:
    if not isinstance(raw, list | tuple):
        return _shown_entry(raw)
    entries = [_shown_entry(entry) for entry in raw[:3]] + ["..."] * (len(raw) > 3)
    return f"[{', '.join(entries)}]"


def _shown_entry(raw: object) -> str:
    match raw:
        case bool():
            return str(raw).lower()
        case int() if raw.bit_length() > 64:
            return "a huge number"
        case int() | float():
            return str(raw)
        case str():
            # Python's own quoting: it also shows what would steer a terminal.
            return repr(raw if len(raw) <= 60 else f"{raw[:60]}...")
        case Mapping():
            return "a table"
        case _:
            return "null" if raw is None else f"a {type(raw).__name__}"


def _sendable(problem: str) -> str:
    # A path may hold bytes that are no text, and a client would drop the connection over them.
    return problem.encode("utf-8", "backslashreplace").decode()
