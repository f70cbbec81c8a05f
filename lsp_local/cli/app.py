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
    eval_sources,
    evals,
    explain,
    lint,
    model,
    prompts,
    run,
    stats,
    tour,
    why,
)
from lsp_local.cli.bare import bare

app = bare()
app.add_typer(model.app, name="model")
app.add_typer(bench.app, name="bench")
evals.app.command("edits")(eval_edits.eval_edits)
evals.app.command("explain")(eval_explain.eval_explain)
evals.app.command("lint")(eval_lint.eval_lint)
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
