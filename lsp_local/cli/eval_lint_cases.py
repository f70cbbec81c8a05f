"""How the cases of `eval lint` are told, so that they can be read."""

from collections.abc import Iterator, Sequence

from lsp_local.evals import linting
from lsp_local.evals.linting_files import Found, Judged
from lsp_local.evals.suspecting import Suspect
from lsp_local.text import Document


def said_of_task(one: linting.Looked) -> str:
    """Tell what was found of a task of HumanEvalPack."""
    repaired = "repaired" if one.is_repaired else "not repaired"
    sure = f"{one.sure:.2f}, {one.sure_of_right:.2f} without the bug"
    rank, review = _rank(one.line, one.lines), _rank(one.line, one.reviewed)
    return f"{one.task.name}: line {rank} of {len(one.lines)}, {repaired}, {sure}; review {review}"


def said_of_file(one: Judged) -> Iterator[str]:
    """Tell the mistakes in a file and what was found of them, and what is told for nothing."""
    for found in one.found:
        mistake = found.mistake
        yield _said_of_mistake(found)
        yield f"  right {_line(one.subject.doc, mistake.line)}"
        yield f"  wrong {_line(mistake.doc, mistake.line)}"
        if found.places:
            first = found.places[0]
            yield f"  first {mistake.doc.path}:{first.line + 1}: {_said(first.suspect)}"
    for alarm in one.alarms:
        line = one.subject.doc.text.count("\n", 0, alarm.start)
        yield f"false alarm {one.subject.doc.path}:{line + 1}: {_said(alarm)}"
        yield f"  line  {_line(one.subject.doc, line)}"


def _said_of_mistake(found: Found) -> str:
    line = found.mistake.line
    repairs = [one.line for one in found.places if one.repairs]
    return (
        f"{found.mistake.kind} {found.mistake.doc.path}:{line + 1}: "
        f"line {_rank(line, found.lines)} of {len(found.lines)}, "
        f"repair {_rank(line, found.lines) if line in repairs else '-'}, "
        f"{'told' if found.is_told else 'not told'}; review {_rank(line, found.reviewed)}"
    )


def _rank(line: int, lines: Sequence[int]) -> int | str:
    return lines.index(line) + 1 if line in lines else "-"


def _line(doc: Document, line: int) -> str:
    return doc.text.split("\n")[line].strip()


def _said(one: Suspect) -> str:
    return f"`{one.old}` to `{one.new}`, {one.sure:.2f} sure"
