"""The page docs/code-map.md, from the first sentence of every module.

`UPDATE=1 pytest tests/test_code_map.py` writes it.
"""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

from floors import FLOORS, ONLY_IN

ROOT = Path(__file__).parents[1]
CODE = ROOT / "lsp_local"
PAGE = ROOT / "docs" / "code-map.md"
HEAD = """\
# Code map

Every module in a sentence, from the top floor down: a module imports from its own package or from
floors below. Written by `UPDATE=1 pytest tests/test_code_map.py` from the modules themselves;
`tests/floors.py` has the floors. How it all works together: [architecture.md](architecture.md).
"""
DOORS = """
## One door for each package of others

Only there it is imported, so that it can be replaced, watched or left out.

| package | imported by |
| --- | --- |
"""


def docstring_of(path: Path) -> str:
    """Return what a module says of itself; all of them say something."""
    said = ast.get_docstring(ast.parse(path.read_text()))
    assert said, f"{path} does not say what it is for"
    return said


def listed(folder: Path) -> Iterator[str]:
    """Yield a line for each module of a package, then those of the packages in it."""
    for path in sorted(folder.glob("*.py")):
        if path.name != "__init__.py":
            yield f"- `{path.name}`: {docstring_of(path).splitlines()[0]}\n"
    for inner in sorted(path.parent for path in folder.glob("*/__init__.py")):
        yield f"\n### {inner.relative_to(CODE)}/\n\n{docstring_of(inner / '__init__.py')}\n\n"
        yield from listed(inner)


def page() -> str:
    """Return the page for the modules as they are."""
    rooms = [room for rooms in FLOORS for room in rooms]
    packages = [CODE / room for room in rooms if (CODE / room).is_dir()]
    modules = [CODE / f"{room}.py" for room in rooms if not (CODE / room).is_dir()]
    parts = [HEAD]
    for folder in packages:
        said = docstring_of(folder / "__init__.py")
        parts += [f"\n## {folder.name}/\n\n{said}\n\n", *listed(folder)]
    parts.append("\n## Modules of no package\n\n")
    parts += [f"- `{path.name}`: {docstring_of(path).splitlines()[0]}\n" for path in modules]
    parts.append(DOORS)
    for package, homes in sorted(ONLY_IN.items()):
        parts.append(f"| {package} | {', '.join(f'`{home}`' for home in homes.split())} |\n")
    return "".join(parts)


def test_the_code_map_is_up_to_date() -> None:
    if "UPDATE" in os.environ:
        PAGE.write_text(page())
    assert PAGE.read_text() == page()
