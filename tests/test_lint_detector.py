"""What lint makes of what a model says and nearly says."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from linted import doc_of
from scripted_chat import ScriptedChat

from lsp_local.lint import detector, weighing
from lsp_local.lint.detector import ModelDetector
from lsp_local.lint.finding import LEAST_CONFIDENCE
from lsp_local.lint.model import lazy_model
from lsp_local.lint.weighing import confidence
from lsp_local.options import Options

TOTAL = """\
def total(prices):
    result = 0
    for price in prices:
        result -= price
    return result
"""
OTHER = "\n\ndef none():\n    return None\n"
REST = "= price"  # what the model writes behind `result +`


def chat(*answers: str, natural: str = "result +=") -> ScriptedChat:
    return ScriptedChat([REST, *answers], natural=[natural], wishes=[("result -", "+")])


async def test_what_makes_the_code_likelier_is_told() -> None:
    (finding,) = await ModelDetector(chat()).find(doc_of(TOTAL + OTHER), None, explain=False)
    assert (finding.rule, finding.line, finding.column) == ("wrong-operator", 4, 16)
    assert (TOTAL[finding.start : finding.end], finding.replacement) == ("-=", "+=")
    assert finding.message == "`-=` is probably meant to be `+=`."
    assert finding.confidence is not None
    assert not finding.is_safe


async def test_what_makes_it_less_likely_is_less_sure() -> None:
    doc = doc_of(TOTAL)
    (sure,) = await ModelDetector(chat()).find(doc, None, explain=False)
    (unsure,) = await ModelDetector(chat(natural="result -=")).find(doc, None, explain=False)
    assert sure.confidence is not None
    assert unsure.confidence is not None
    assert unsure.confidence < sure.confidence


async def test_where_the_model_expects_nothing_else_nothing_is_told() -> None:
    engine = ScriptedChat(natural=["result +="])
    assert await ModelDetector(engine).find(doc_of(TOTAL), None, explain=False) == []


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        pytest.param(TOTAL.replace("-=", "+="), ("in price", "x"), id="an unknown name"),
        pytest.param(TOTAL, ("for ", "("), id="what does not parse"),
        pytest.param(TOTAL.replace(" -=", "  -="), ("t ", "-"), id="layout"),
        pytest.param(f'def f():\n    """Note."""\n{TOTAL[20:]}', ("No", "x"), id="a note"),
        pytest.param(TOTAL.replace("0", "'AKIAIOSFODNN7EXAMPLF'"), ("'A", "B"), id="a secret"),
    ],
)
async def test_what_is_no_other_program_is_not_tried(text: str, wish: tuple[str, str]) -> None:
    engine = ScriptedChat([""], wishes=[wish])
    for finding in await ModelDetector(engine).find(doc_of(text), None, explain=False):
        assert finding.replacement is None
        assert finding.message.endswith("is very unlikely here.")
        assert finding.confidence is not None
        assert finding.confidence < LEAST_CONFIDENCE


async def test_what_is_ignored_is_read_as_if_it_were_not() -> None:
    engine = chat()
    text = TOTAL.replace("price\n    ret", "price  # lsp-local: ignore[wrong-operator] so\n    ret")
    (finding,) = await ModelDetector(engine).find(doc_of(text), None, explain=False)
    assert finding.rule == "wrong-operator"
    assert not any("ignore" in scored for scored in engine.scored)


async def test_the_model_may_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "LEAST_CONFIDENCE", 0.0)
    engine = chat("It counts\ndown.")
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
    assert engine.scored == []


async def test_a_function_in_another_is_looked_at_with_it() -> None:
    inner = "".join(f"    {line}\n" for line in TOTAL.splitlines())
    engine = ScriptedChat()
    doc = doc_of(f"def outer():\n{inner}    return total\n")
    assert await ModelDetector(engine).find(doc, None, explain=False) == []
    assert len(engine.scored) == 1


async def test_a_function_that_does_not_fit_is_left_out_and_the_next_is_not() -> None:
    long = "def sizes():\n" + "    print('long')\n" * 200
    engine = chat()
    engine.n_ctx = 2000
    (finding,) = await ModelDetector(engine).find(doc_of(f"{long}\n\n{TOTAL}"), None, explain=False)
    assert (finding.rule, finding.line) == ("wrong-operator", 207)


async def test_what_cannot_be_explained_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "LEAST_CONFIDENCE", 0.0)
    engine = chat()
    engine.n_ctx = 200
    (finding,) = await ModelDetector(engine).find(doc_of(TOTAL), None, explain=True)
    assert finding.message == "`-=` is probably meant to be `+=`."


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[ScriptedChat]:
    """Models that are loaded one after the other, and a file that stands for each of them."""
    engines: list[ScriptedChat] = []
    (tmp_path / "base.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr("lsp_local.models.resolve", lambda _: tmp_path / "base.gguf")
    monkeypatch.setattr("lsp_local.lint.model.open_engine", lambda *_: nullcontext(engines.pop(0)))
    return engines


async def test_the_model_is_loaded_once_and_only_where_it_has_to_look(
    engines: list[ScriptedChat],
) -> None:
    engines.append(ScriptedChat())
    async with lazy_model(Options()) as model:
        lazy = detector.LazyDetector(model)
        assert lazy.describe() == detector.described(model.identity, Options())
        assert await lazy.find(doc_of("x = 1\n"), None, False) == []
        assert engines
        for _ in range(2):
            assert await lazy.find(doc_of(TOTAL), None, False) == []
    assert not engines


def test_confidence_grows_with_the_score() -> None:
    found = [confidence(score) for score in (-1e9, 0, weighing.MIDDLE, 20, 1e9)]
    assert found == sorted(found)
    assert (found[0], found[2], found[-1]) == (0.0, 0.5, 1.0)


async def test_a_function_that_is_private_is_not_looked_at() -> None:
    doc = doc_of(OTHER + "\n# lsp-local: private\n" + TOTAL)
    engine = ScriptedChat(natural=["result +="], wishes=[("result -", "+")])
    assert await ModelDetector(engine).find(doc, None, explain=False) == []
    assert not any("result" in text for text in engine.scored)
