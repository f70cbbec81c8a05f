from dataclasses import fields
from typing import Any

import pytest

from lsp_local.option import accept, from_text
from lsp_local.options import NEVER, Options, describe, is_excluded, is_off_limits

OPTIONS = {option.name: option for option in describe()}


@pytest.mark.parametrize(
    ("name", "raw", "want"),
    [
        pytest.param("enabled", False, False, id="false is a boolean"),
        pytest.param("enabled", 0, None, id="0 is no boolean"),
        pytest.param("enabled", "false", None, id="a text is no boolean"),
        pytest.param("n_ctx", 512, 512, id="the smallest number is allowed"),
        pytest.param("n_ctx", 131_072, 131_072, id="so is the largest"),
        pytest.param("n_ctx", 511, None, id="a smaller one is not"),
        pytest.param("n_ctx", 131_073, None, id="nor a larger one"),
        pytest.param("n_ctx", True, None, id="true is no number"),
        pytest.param("n_ctx", "512", None, id="a text is no number"),
        pytest.param("n_ctx", 1024.0, 1024, id="1024.0 is a whole number"),
        pytest.param("n_ctx", 1024.5, None, id="1024.5 is not"),
        pytest.param("n_ctx", float("nan"), None, id="nor is what is not a number"),
        pytest.param("n_ctx", float("inf"), None, id="nor is infinity"),
        pytest.param("n_ctx", 16**9000, None, id="a huge number is not read"),
        pytest.param("model", "/a b/ü.gguf", "/a b/ü.gguf", id="a path is a text"),
        pytest.param("model", "", None, id="no model is no answer"),
        pytest.param("log_file", "", "", id="no log file is one"),
        pytest.param("log_file", "x" * 4097, None, id="a text has an end"),
        pytest.param("log_file", "a\0b", None, id="a text holds no NUL"),
        pytest.param("log_file", "\ud800", None, id="a text holds no half character"),
        pytest.param("log_file", b"x", None, id="bytes are no text"),
        pytest.param("log_level", "debug", "debug", id="a choice is taken as it is"),
        pytest.param("log_level", "loud", None, id="what is not offered cannot be chosen"),
        pytest.param("exclude", ["*.sql"], ("*.sql",), id="a list of texts is taken"),
        pytest.param("exclude", [], (), id="an empty list is a list"),
        pytest.param("exclude", "*.sql", None, id="a text is no list"),
        pytest.param("exclude", {"a": 1}, None, id="a table is no list"),
        pytest.param("exclude", ["a", 1], None, id="a list holds texts only"),
        pytest.param("exclude", ["a", [[]]], None, id="a list holds no lists"),
        pytest.param("exclude", ["a", " "], None, id="a list holds no blank text"),
        pytest.param("exclude", ["a\0"], None, id="a list holds no NUL"),
        pytest.param("exclude", ["a"] * 1001, None, id="a list has an end"),
    ],
)
def test_accept(name: str, raw: object, want: object) -> None:
    value = accept(OPTIONS[name], raw)
    assert (value, type(value)) == (want, type(want))


@pytest.mark.parametrize(
    ("name", "text", "want"),
    [
        pytest.param("enabled", " Off ", False, id="off is false"),
        pytest.param("enabled", "1", True, id="1 is true"),
        pytest.param("enabled", "maybe", "maybe", id="other words stay words"),
        pytest.param("n_ctx", " -12 ", -12, id="white space around a number does no harm"),
        pytest.param("n_ctx", "1_000", "1_000", id="Python's own spelling is not ours"),
        pytest.param("n_ctx", "٣٠٠", "٣٠٠", id="only ASCII digits count"),
        pytest.param("n_ctx", "9" * 5000, "9" * 5000, id="nobody means 5,000 digits"),
        pytest.param("model", " x ", " x ", id="a text stays as it is"),
        pytest.param("exclude", "*.sql, ,a b,", ["*.sql", "a b"], id="commas separate a list"),
    ],
)
def test_from_text(name: str, text: str, want: Any) -> None:
    assert from_text(OPTIONS[name], text) == want


DEFAULT = NEVER


@pytest.mark.parametrize(
    ("exclude", "path", "want"),
    [
        pytest.param(DEFAULT, ".env", True, id="secrets at the top"),
        pytest.param(DEFAULT, "a/b/.env.local", True, id="secrets in any folder"),
        pytest.param(DEFAULT, "/home/me/.ssh/keys/x", True, id="everything below .ssh"),
        pytest.param(DEFAULT, "certs/Server.PEM", True, id="case does not matter"),
        pytest.param(DEFAULT, "src/environment.py", False, id="not what only looks alike"),
        pytest.param(DEFAULT, "src/keys.py", False, id="nor another suffix"),
        pytest.param(["/build/**"], "build/x.py", True, id="a slash in front means the top"),
        pytest.param(["/build/**"], "src/build/x.py", False, id="and nowhere else"),
        pytest.param(["gen/"], "src/gen/a/x.py", True, id="a slash behind means a folder"),
        pytest.param(["**/secret.txt"], "secret.txt", True, id="two stars match no folder too"),
        pytest.param([], ".env", False, id="no patterns, nothing excluded"),
        pytest.param(["[", "[z-a]", "[!"], "x", False, id="odd patterns match no x"),
    ],
)
def test_is_excluded(exclude: list[str], path: str, want: bool) -> None:
    assert is_excluded(exclude, path) is want


@pytest.mark.parametrize(
    ("path", "full_path", "want"),
    [
        pytest.param(".npmrc", "/shop/.npmrc", True, id="a key, by its name"),
        pytest.param("config", "/home/me/.ssh/config", True, id="by the folders above"),
        pytest.param("dump.sql", "/shop/dump.sql", True, id="what the user excludes"),
        pytest.param("cart.py", "/shop/cart.py", False, id="code"),
    ],
)
def test_is_off_limits(path: str, full_path: str, want: bool) -> None:
    assert is_off_limits(Options(exclude=("*.sql",)), path, full_path) is want


def test_every_option_is_described_and_takes_its_own_default() -> None:
    assert list(OPTIONS) == [field.name for field in fields(Options)]
    for option in describe():
        assert accept(option, option.default) == option.default
        assert option.sentence.endswith(".")
        assert "|" not in option.sentence
