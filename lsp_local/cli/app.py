"""All commands of `lsp-local`, each in a file of its own."""

from typing import Annotated

import typer

from lsp_local.cli import (
    bench,
    complete,
    context,
    doctor,
    eval_edits,
    eval_explain,
    eval_lint,
    eval_memory,
    eval_sources,
    evals,
    explain,
    history,
    lint,
    memory,
    model,
    model_optimize,
    prompts,
    purge,
    run,
    stats,
    tour,
    why,
)
from lsp_local.cli.bare import bare

app = bare()
model.app.command("optimize")(model_optimize.optimize)
app.add_typer(model.app, name="model")
app.add_typer(history.app, name="history")
app.add_typer(bench.app, name="bench")
app.add_typer(memory.app, name="memory")
evals.app.command("edits")(eval_edits.eval_edits)
evals.app.command("explain")(eval_explain.eval_explain)
evals.app.command("lint")(eval_lint.eval_lint)
evals.app.command("memory")(eval_memory.eval_memory)
evals.app.command("sources")(eval_sources.eval_sources)
app.add_typer(evals.app, name="eval")
app.command("complete")(complete.complete_at)
app.command("context")(context.show)
app.command("explain")(explain.explain_at)
app.command("try")(tour.try_out)
app.command("run")(run.run)
app.command("lint")(lint.lint)
app.command("doctor")(doctor.examine)
app.command("stats")(stats.show)
app.command("prompts")(prompts.show)
app.command("purge")(purge.purge)
app.command("why")(why.explain)
app.command("pause")(why.pause)
app.command("resume")(why.resume)


@app.command()
def serve(
    stdio: Annotated[bool, typer.Option("--stdio", hidden=True)] = False,  # noqa: ARG001
) -> None:
    """Start the language server on standard input and output; editors call this."""
    # Clients such as vscode-languageclient append `--stdio`; it is all that we speak.
    from lsp_local.lsp.server import serve as serve_client

    serve_client()
