"""What lint makes of what a model says and nearly says."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from linted import doc_of
from scripted_chat import ScriptedChat, fenced

from lsp_local.engine.base import EngineError
from lsp_local.lint import detector
from lsp_local.lint.detector import ModelDetector, confidence
from lsp_local.options import Options

TOTAL = """\
def total(prices):
    result = 0
    for price in prices:
        result -= price
    return result
"""
SAME = fenced("python", TOTAL)
BETTER = fenced("python", TOTAL.replace("-=", "+="))
OTHER = "\n\ndef none():\n    return None\n"


async def test_what_makes_the_code_likelier_is_told() -> None:
    engine = ScriptedChat([SAME, BETTER], [("-", "+")])
    engine.natural = ["result +="]
    doc = doc_of(TOTAL + OTHER)
    (finding,) = await ModelDetector(engine).find(doc, None, explain=False)
    assert (finding.rule, finding.line, finding.column) == ("wrong-operator", 4, 16)
    assert (TOTAL[finding.start : finding.end], finding.replacement) == ("-=", "+=")
    assert finding.message == "`-=` is probably meant to be `+=`."
    assert finding.confidence is not None
    assert not finding.is_safe


async def test_what_makes_it_less_likely_is_not() -> None:
    engine = ScriptedChat([SAME, BETTER], [("-", "+")])
    engine.natural = ["result -="]
    assert await ModelDetector(engine).find(doc_of(TOTAL), None, explain=False) == []


async def test_the_model_may_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "LEAST_CONFIDENCE", 0.0)
    engine = ScriptedChat([SAME, BETTER, "It counts\ndown."], [("-", "+")])
    engine.natural = ["result +="]
    (finding,) = await ModelDetector(engine).find(doc_of(TOTAL), None, explain=True)
    assert finding.message == "`-=` is probably meant to be `+=`. It counts down."
    assert "`-=` should be `+=`" in engine.question


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        pytest.param(TOTAL, [(len(TOTAL) + 1, len(TOTAL) + 9)], id="nothing has changed in it"),
        pytest.param(OTHER, None, id="hardly a body"),
        pytest.param("x = 1\n", None, id="no function"),
        pytest.param(TOTAL.replace("price", "price" * 2000), None, id="too long"),
    ],
)
async def test_the_model_is_not_asked_about(text: str, spans: list[tuple[int, int]] | None) -> None:
    engine = ScriptedChat()
    assert await ModelDetector(engine).find(doc_of(text), spans, explain=False) == []
    assert engine.requests == []


async def test_a_function_in_another_is_looked_at_with_it() -> None:
    inner = "".join(f"    {line}\n" for line in TOTAL.splitlines())
    engine = ScriptedChat([fenced("python", f"def outer():\n{inner}    return total")])
    doc = doc_of(f"def outer():\n{inner}    return total\n")
    assert await ModelDetector(engine).find(doc, None, explain=False) == []
    assert len(engine.requests) == 1


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[ScriptedChat]:
    """Models that are loaded one after the other, and a file that stands for each of them."""
    engines: list[ScriptedChat] = []
    (tmp_path / "base.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr("lsp_local.models.resolve", lambda _: tmp_path / "base.gguf")
    monkeypatch.setattr(
        "lsp_local.engine.client.EngineClient.keeping_states",
        lambda *_: nullcontext(engines.pop(0)),
    )
    return engines


async def test_a_model_that_follows_no_instructions_is_refused(
    engines: list[ScriptedChat],
) -> None:
    engines.append(ScriptedChat(template=None))
    async with detector.detector(Options()) as lazy:
        with pytest.raises(EngineError, match=r"base\.gguf follows no instructions"):
            await lazy.find(doc_of(TOTAL), None, False)


async def test_the_model_is_loaded_once_and_only_where_it_has_to_look(
    engines: list[ScriptedChat],
) -> None:
    engines.append(ScriptedChat(["", SAME, SAME]))
    async with detector.detector(Options()) as lazy:
        assert lazy.describe() == detector.described(lazy._path, Options())  # type: ignore[attr-defined]
        assert await lazy.find(doc_of("x = 1\n"), None, False) == []
        assert engines
        for _ in range(2):
            assert await lazy.find(doc_of(TOTAL), None, False) == []
    assert not engines


def test_confidence_grows_with_the_score() -> None:
    found = [confidence(score) for score in (-1000, 0, detector.MIDDLE, 20, 1000)]
    assert found == sorted(found)
    assert (found[0], found[2], found[-1]) == (0.0, 0.5, 1.0)
