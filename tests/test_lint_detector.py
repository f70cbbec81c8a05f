"""What lint makes of what a model says and nearly says."""

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


def looking(engine: ScriptedChat, tmp_path: Path) -> ModelDetector:
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF")
    return ModelDetector(engine, model, Options())


async def test_what_makes_the_code_likelier_is_told(tmp_path: Path) -> None:
    engine = ScriptedChat([SAME, BETTER], [("-", "+")])
    engine.natural = ["result +="]
    doc = doc_of(TOTAL + OTHER)
    (finding,) = await looking(engine, tmp_path).find(doc, None, explain=False)
    assert (finding.rule, finding.line, finding.column) == ("wrong-operator", 4, 16)
    assert (TOTAL[finding.start : finding.end], finding.replacement) == ("-=", "+=")
    assert finding.message == "`-=` is probably meant to be `+=`."
    assert finding.confidence is not None
    assert not finding.is_safe


async def test_what_makes_it_less_likely_is_not(tmp_path: Path) -> None:
    engine = ScriptedChat([SAME, BETTER], [("-", "+")])
    engine.natural = ["result -="]
    assert await looking(engine, tmp_path).find(doc_of(TOTAL), None, explain=False) == []


async def test_the_model_may_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "LEAST_CONFIDENCE", 0.0)
    engine = ScriptedChat([SAME, BETTER, "It counts\ndown."], [("-", "+")])
    engine.natural = ["result +="]
    (finding,) = await looking(engine, tmp_path).find(doc_of(TOTAL), None, explain=True)
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
async def test_the_model_is_not_asked_about(
    tmp_path: Path, text: str, spans: list[tuple[int, int]] | None
) -> None:
    engine = ScriptedChat()
    assert await looking(engine, tmp_path).find(doc_of(text), spans, explain=False) == []
    assert engine.requests == []


async def test_a_function_in_another_is_looked_at_with_it(tmp_path: Path) -> None:
    inner = "".join(f"    {line}\n" for line in TOTAL.splitlines())
    engine = ScriptedChat([fenced("python", f"def outer():\n{inner}    return total")])
    doc = doc_of(f"def outer():\n{inner}    return total\n")
    assert await looking(engine, tmp_path).find(doc, None, explain=False) == []
    assert len(engine.requests) == 1


async def test_a_model_that_follows_no_instructions_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent(ScriptedChat):
        async def __aenter__(self) -> "Silent":
            return self

        async def __aexit__(self, *_: object) -> None: ...

    engine = Silent()
    engine.template = None
    monkeypatch.setattr("lsp_local.models.resolve", lambda _: tmp_path / "base.gguf")
    monkeypatch.setattr("lsp_local.engine.client.EngineClient.keeping_states", lambda *_: engine)
    with pytest.raises(EngineError, match=r"base\.gguf follows no instructions"):
        async with detector.detector(Options()):
            pass


def test_confidence_grows_with_the_score() -> None:
    found = [confidence(score) for score in (-1000, 0, detector.MIDDLE, 20, 1000)]
    assert found == sorted(found)
    assert (found[0], found[2], found[-1]) == (0.0, 0.5, 1.0)
