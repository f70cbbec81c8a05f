"""`lsp-local memory`: what was learned of a project; all of it can be seen, changed and erased."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from lsp_local import writing
from lsp_local.cli.choices import AsJson, chosen_options
from lsp_local.cli.places import project_root
from lsp_local.memory import choosing, pausing
from lsp_local.memory.exchange import as_json as observation_as_json
from lsp_local.memory.exchange import exported, take_over
from lsp_local.memory.habits import Habit
from lsp_local.memory.observations import Kind, Observation
from lsp_local.memory.store import Store, store_of, store_of_all
from lsp_local.text import UserError

N_LISTED = 20
app = typer.Typer(help="See, change and erase what was learned of a project.", no_args_is_help=True)

ProjectOption = Annotated[
    Path | None, typer.Option("--project", metavar="DIR", help="Another folder than this one.")
]
AllOption = Annotated[
    bool, typer.Option("--all-projects", help="What was promoted to all projects.")
]
IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Of `list`: a number, or such as python.quotes.")
]


@app.command("list")
def list_all(
    project: ProjectOption = None,
    in_all: AllOption = False,
    n_most: Annotated[int, typer.Option("-n", help="Observations.", min=0)] = N_LISTED,
    json_wanted: AsJson = False,
) -> None:
    """List the habits of a project, and what was observed last."""
    store = _store(project, in_all)
    habits, observations = _habits(store, in_all), store.observations()
    if json_wanted:
        told = {
            "file": str(store.path),
            "habits": [_habit_as_json(one) for one in habits],
            "observations": [observation_as_json(one) for one in observations],
        }
        print(json.dumps(told))
        return
    if not habits and not observations:
        typer.echo(f"nothing is remembered; the option `memory` is {chosen_options('').memory}")
    for habit in habits:
        typer.echo(f"{habit.name:20} {habit.value:12} {habit.confidence:4.0%}  {habit.sentence}")
    for one in observations[:n_most]:
        typer.echo(_line(one))
    if len(observations) > n_most:
        typer.echo(f"... and {len(observations) - n_most} observations more; -n shows them")
    if pausing.is_paused():
        typer.echo("nothing is learned until `lsp-local memory resume`")


@app.command()
def show(name: IdArgument, project: ProjectOption = None, in_all: AllOption = False) -> None:
    """Print all that is kept under one ID."""
    store = _store(project, in_all)
    if name.isdecimal():
        print(json.dumps(observation_as_json(_observation(store, name)), indent=2))
    else:
        habit = choosing.habit_named(_habits(store, in_all), name)
        print(json.dumps(_habit_as_json(habit), indent=2))


@app.command()
def why(name: IdArgument, project: ProjectOption = None, in_all: AllOption = False) -> None:
    """Say from what something was learned, and how sure it is."""
    store = _store(project, in_all)
    if name.isdecimal():
        one = _observation(store, name)
        seen = f"seen {one.n} times, first on {one.first}, last on {one.last}"
        typer.echo(f"{one.kind}, {seen}; confidence {one.confidence:.0%}")
        return
    habit = choosing.habit_named(_habits(store, in_all), name)
    typer.echo(f"{habit.name} is {habit.value} ({habit.confidence:.0%}): {habit.sentence}")
    for (style, source), n in sorted(store.styles().items()):
        if (style.language, style.trait) == (habit.language, habit.trait):
            typer.echo(f"  {style.value:12} {n:8.1f} times, from {_SOURCES[source]}")
    if not in_all and habit.name not in [one.name for one in _own(store)]:
        typer.echo("  it was promoted from another project (`--all-projects` shows it)")


@app.command("set")
def set_value(
    name: IdArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE")],
    project: ProjectOption = None,
    in_all: AllOption = False,
) -> None:
    """Say yourself what a habit is, such as `set python.quotes single`."""
    choosing.set_habit(_store(project, in_all), name, value)
    typer.echo(f"{name} is {value} from now on")


@app.command()
def forget(
    names: Annotated[list[str], typer.Argument(metavar="ID...", help="Of `list`.")],
    project: ProjectOption = None,
    in_all: AllOption = False,
) -> None:
    """Erase observations and habits; a forgotten habit is not learned again until you set it."""
    store = _store(project, in_all)
    ids = [_observation(store, name).id for name in names if name.isdecimal()]
    habits = [name for name in names if not name.isdecimal()]
    for name in habits:
        choosing.forget_habit(store, name)
    store.forget(ids)
    typer.echo(f"{len(ids) + len(habits)} forgotten; `lsp-local purge` erases all of a project")


@app.command("export")
def export_all(
    file: Annotated[Path | None, typer.Argument(help="Standard output without.")] = None,
    project: ProjectOption = None,
    in_all: AllOption = False,
) -> None:
    """Write everything as JSON, which `import` reads again."""
    text = json.dumps(exported(_store(project, in_all)), indent=1, ensure_ascii=False) + "\n"
    if file is None:
        sys.stdout.write(text)
    else:
        writing.replace(file, text.encode())
        typer.echo(f"{file} is written; it holds pieces of your code")


@app.command("import")
def import_all(
    file: Annotated[Path, typer.Argument(help="That `export` has written.")],
    project: ProjectOption = None,
    in_all: AllOption = False,
) -> None:
    """Add what `export` has written, here or on another machine."""
    try:
        told = json.loads(file.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UserError(f"{file} is not JSON") from None
    n_observations, n_counts = take_over(_store(project, in_all), told)
    typer.echo(f"{n_observations} observations and {n_counts} counts of habits are added")


@app.command()
def pause() -> None:
    """Let nothing more be learned, in any project, until `resume`; what is known stays in use."""
    pausing.pause()
    typer.echo("nothing is learned until `lsp-local memory resume`")


@app.command()
def resume() -> None:
    """Let it be learned again, where the option `memory` is on."""
    pausing.resume()
    typer.echo("the projects are learned again, where the option `memory` is on")


@app.command()
def promote(name: IdArgument, project: ProjectOption = None) -> None:
    """Let a habit of this project count in all that show no other."""
    habit = choosing.promote(_store(project, False), name)
    typer.echo(f"{name} is {habit.value} in all projects that show no other habit")


_SOURCES = {
    "edits": "what you have accepted and changed",
    "code": "the files of the project",
    "own": "you",
    "promoted": "another project",
}


def _root(project: Path | None) -> Path:
    if project is not None and not project.is_dir():
        raise UserError(f"{project} is no folder; give the folder of a project")
    return project.resolve() if project else project_root(Path.cwd() / "any")


def _store(project: Path | None, in_all: bool) -> Store:
    return (store_of_all() if in_all else store_of(_root(project))).insisting()


def _habits(store: Store, in_all: bool) -> list[Habit]:
    return _own(store) if in_all else choosing.habits_of(store)


def _own(store: Store) -> list[Habit]:
    return choosing.own_habits(store)


def _observation(store: Store, number: str) -> Observation:
    found = next((one for one in store.observations() if str(one.id) == number), None)
    if found is None:
        raise UserError(f"there is no observation {number}; `lsp-local memory list` has them")
    return found


def _line(one: Observation) -> str:
    said = one.was if one.kind is Kind.ACTION else one.text.strip().split("\n")[0]
    where = f"{one.path}{f' ({one.symbol})' if one.symbol else ''}"
    return f"{one.id:>5}  {one.last}  {one.kind:9} {where}: {said[:60]}"


def _habit_as_json(one: Habit) -> dict[str, Any]:
    return {
        "id": one.name,
        "value": one.value,
        "confidence": one.confidence,
        "sentence": one.sentence,
        "evidence": {source: round(n, 2) for source, n in one.evidence.items()},
        "is_own": one.is_own,
    }
