"""Actions with a scripted model, and the code that they are tried on."""

from marks import range_at
from scripted_chat import ScriptedChat, fenced

from lsp_local.actions import catalogue as actions
from lsp_local.features.code_action import Wanted, resolve
from lsp_local.features.resolved import Resolved
from lsp_local.text import Diagnostic
from lsp_local.verify.minimal import applied

KEY = "AKIAIOSFODNN7EXAMPLF"  # looks like one of a cloud's access keys


async def act(
    name: str, engine: ScriptedChat, marked: str, language: str = "python", instruction: str = ""
) -> tuple[str, Resolved]:
    """Return the whole file after an action, and what came of it."""
    doc, start, end = range_at(marked, language)
    diagnostics = [Diagnostic(start, end, "it is wrong")] if name == "fix" else []
    offer = actions.offer(name, doc, start, end, diagnostics)
    assert offer is not None
    found = await resolve(engine, doc, Wanted(offer, instruction))
    assert all(KEY not in prompt for prompt in engine.prompts)
    return applied(doc.text, found.edits), found


async def check(
    name: str, language: str, marked: str, answers: list[str], want: str, instruction: str = ""
) -> ScriptedChat:
    """`want` is the whole file, or `! ` and the problem; every answer was asked for."""
    engine = ScriptedChat(list(answers))
    after, found = await act(name, engine, marked, language, instruction)
    if found.problem:
        assert not found.edits
    assert (f"! {found.problem}" if found.problem else after) == want
    assert len(engine.requests) == len(answers)
    return engine


ADD = "def add(a, b):\n    return a - b<CURSOR>\n\n\nprint(add(1, 2))\n"
ADDED = "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))\n"
GOOD = fenced("python", "def add(a, b):\n    return a + b")
BROKEN = fenced("python", "def add(a, b):\n    return (a + b")
RENAMED = fenced("python", "def add(x, y):\n    return x + y")
ADULT = (
    "export function isAdult(user: User): boolean {\n"
    "  if (user.age >= 18) {<CURSOR>\n    return true;\n  } else {\n    return false;\n  }\n}\n"
)
ADULT_SHORT = "export function isAdult(user: User): boolean {\n  return user.age >= 18;\n}\n"
LOAD = (
    'package a\n\nimport "os"\n\nfunc load(path string) string {\n'
    "\tdata, _ := os.ReadFile(path)<CURSOR>\n\treturn string(data)\n}\n"
)
LOADED = (
    "func load(path string) string {\n\tdata, err := os.ReadFile(path)\n"
    '\tif err != nil {\n\t\treturn ""\n\t}\n\treturn string(data)\n}'
)
NOT_SAFE = "! no safe edit found: "
