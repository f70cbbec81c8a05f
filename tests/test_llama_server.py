import asyncio
import importlib.util
import sys
from pathlib import Path

import pytest
from marks import doc_at

from lsp_local.evals.llama_request import Settings
from lsp_local.evals.llama_server import LlamaServer, ServerOptions
from lsp_local.evals.llama_vim import LlamaVim
from lsp_local.evals.system import Act
from lsp_local.text import UserError


async def test_without_xllamacpp_the_user_learns_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(UserError, match=r"pip install 'lsp-local\[bench\]'"):
        await LlamaServer().start(Path("none.gguf"), ServerOptions(), 1)


needs_xllamacpp = pytest.mark.skipif(
    importlib.util.find_spec("xllamacpp") is None, reason="xllamacpp is in the extra `bench`"
)


@needs_xllamacpp
async def test_a_file_that_is_no_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "none.gguf").write_text("x")
    with pytest.raises(UserError, match="cannot load"):
        await LlamaServer().start(tmp_path / "none.gguf", ServerOptions(), 1)


@needs_xllamacpp
async def test_the_real_server_answers_a_key_and_counts(qwen: Path) -> None:
    vim = LlamaVim("vim", Settings(n_predict=8, server=ServerOptions(ctx_size=512)))
    shown = asyncio.Event()
    vim.on_shown = lambda _shown: shown.set()
    await vim.start(Path(), qwen, 1)
    try:
        vim.act(Act.TYPED, *doc_at("def add(a, b):\n    return a<CURSOR>\n"))
        await asyncio.wait_for(shown.wait(), 60)
        spent = vim.spent()
    finally:
        await vim.stop()
    assert spent.n_requests == len(spent.n_evaluated) == 1
    assert 10 < spent.n_evaluated[0] < 40
    assert spent.n_decoded > 0
    assert vim.spent().cpu_s > 0
