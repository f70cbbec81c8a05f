import sys
from pathlib import Path

import pytest

from lsp_local import config
from lsp_local.engine.base import EngineError
from lsp_local.engine.remote.address import address_of, key_of
from lsp_local.engine.remote.breaker import N_FAILURES, PAUSE_S, Breaker
from lsp_local.engine.remote.models import FAMILIES, family_of
from lsp_local.options import Options


@pytest.mark.parametrize(
    ("url", "want"),
    [
        pytest.param("https://a.example", "https://a.example/v1", id="the path may be left out"),
        pytest.param(" https://a.example/v1/ ", "https://a.example/v1", id="a slash and spaces"),
        pytest.param("https://a.example:8443/x/v1", "https://a.example:8443/x/v1", id="a path"),
        pytest.param("http://localhost:8080", "http://localhost:8080/v1", id="this machine"),
        pytest.param("http://127.9.9.9:1/v1", "http://127.9.9.9:1/v1", id="by number"),
        pytest.param("http://[::1]:8080", "http://[::1]:8080/v1", id="by a newer number"),
    ],
)
def test_an_address(url: str, want: str) -> None:
    assert address_of(url).url == want


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        pytest.param("http://a.example/v1", r"unencrypted .*https://a\.example", id="no TLS"),
        pytest.param("http://localhost.evil.example", r"unencrypted", id="no loopback"),
        pytest.param("http://127.0.0.1.evil.example", r"unencrypted", id="no number"),
        pytest.param("http://0.0.0.0:80", r"unencrypted", id="all addresses are not this one"),
        pytest.param("http://[::ffff:10.0.0.1]", r"unencrypted", id="a number in a number"),
        pytest.param("https://me:secret@a.example", r"a key belongs elsewhere", id="a key in it"),
        pytest.param("https://a.example/v1?key=1", r"a key belongs elsewhere", id="a query"),
        pytest.param("file:///etc/passwd", r"is no address", id="a file"),
        pytest.param("a.example", r"is no address", id="a bare name"),
        pytest.param("https://a:b:c", r"is no address", id="two ports"),
        pytest.param("https://[::1", r"is no address", id="half a number"),
        pytest.param("", r"is no address", id="nothing"),
    ],
)
def test_what_is_no_address_for_code(url: str, wrong: str) -> None:
    with pytest.raises(EngineError, match=wrong):
        address_of(url)


def test_a_notice_names_the_host() -> None:
    assert "is sent to a.example" in address_of("https://a.example").notice
    assert "on this machine" in address_of("http://localhost:1").notice


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        pytest.param("print('sk 1')", r"is no key", id="two words"),
        pytest.param("print('a\\nb')", r"is no key", id="two lines"),
        pytest.param("print('é')", r"is no key", id="odd letters"),
        pytest.param("print('k' * 10_000)", r"is no key", id="a novel"),
        pytest.param("print('sk-1'); exit(3)", r"failed with code 3$", id="it fails"),
    ],
)
async def test_what_is_no_key(script: str, wrong: str) -> None:
    with pytest.raises(EngineError, match=wrong) as caught:
        await key_of([sys.executable, "-c", script], {})
    assert "sk-1" not in str(caught.value)


async def test_a_command_that_is_not_there() -> None:
    with pytest.raises(EngineError, match=r"no-such-program does not run: No such file"):
        await key_of(["no-such-program"], {})


def test_a_workspace_sends_code_nowhere(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.lsp-local]\nengine = "openai"\nremote_url = "https://evil.example"\n'
        'remote_model = "m"\nremote_fim = ["qwen"]\nremote_key_command = ["sh"]\n'
    )
    none = tmp_path / "config.toml"
    none.touch()
    loaded = config.load(workspace=tmp_path, environ={}, user_file=none)
    assert loaded.options == Options()
    assert len(loaded.warnings) == 5


def test_the_key_is_no_option(tmp_path: Path) -> None:
    none = tmp_path / "config.toml"
    none.touch()
    loaded = config.load(environ={"LSP_LOCAL_REMOTE_KEY": "sk-1"}, user_file=none)
    assert loaded.warnings == ()


@pytest.mark.parametrize(
    ("model", "want"),
    [
        pytest.param("Qwen/Qwen2.5-Coder-7B-Instruct", "qwen", id="of a hub"),
        pytest.param("qwen2.5-coder:1.5b-base", "qwen", id="of Ollama"),
        pytest.param("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf", "qwen", id="a file"),
        pytest.param("Qwen3_Coder_30B", "qwen", id="with other marks"),
        pytest.param("CodeQwen1.5-7B", "codeqwen", id="an older one has other tokens"),
        pytest.param("Qwen2.5-7B-Instruct", "chatml", id="one that only talks"),
        pytest.param("DeepSeek-R1-Distill-Qwen-1.5B", "left-to-right", id="one of another format"),
        pytest.param("deepseek-coder-v2:16b", "deepseek", id="DeepSeek"),
        pytest.param("bigcode/starcoderbase-1b", "starcoder-1", id="the first StarCoder"),
        pytest.param("codellama:7b-code", "codellama", id="Code Llama"),
        pytest.param("gpt-9", "left-to-right", id="nobody knows it"),
    ],
)
def test_the_family_of_a_model(model: str, want: str) -> None:
    assert family_of(model).name == want


def test_no_special_token_is_empty() -> None:
    for family in FAMILIES:
        assert all(text and text == text.strip() for text in family.specials)
        assert len(family.fim) in (0, 3, 5)


def test_a_breaker_lets_one_through_after_each_pause() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(N_FAILURES):
        breaker.check()
        breaker.failed("it is broken")
    with pytest.raises(EngineError, match="it is broken; it is asked again in 10 s"):
        breaker.check()
    now[0] = PAUSE_S + 1
    breaker.check()
    with pytest.raises(EngineError):  # the first one has not come back yet
        breaker.check()
    breaker.succeeded()
    breaker.check()
