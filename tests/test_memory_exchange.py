"""A memory as JSON: it comes back as it was, and nothing else is taken over."""

from pathlib import Path

import pytest

from lsp_local.memory.exchange import exported, take_over
from lsp_local.memory.habits import EDITS
from lsp_local.memory.observations import Kind, Observation
from lsp_local.memory.store import Store
from lsp_local.memory.styles import Style
from lsp_local.text import UserError

SINGLE = Style("quotes", "python", "single")
EDITED = Observation(Kind.EDITED, "app.py", "parse", "python", "float(text)", "int(text)")


def test_what_is_exported_comes_back(tmp_path: Path) -> None:
    one, other = Store(tmp_path / "a.sqlite"), Store(tmp_path / "b.sqlite")
    one.add([EDITED, Observation(Kind.COMMIT, "é.py", "", "", "Mend it", "é.py\nb.py")], 90)
    one.count_styles({SINGLE: 9}, EDITS)
    assert take_over(other, exported(one)) == (2, 1)
    assert take_over(other, exported(one))[0] == 0
    without_ids = [{**o, "id": 0} for o in exported(other)["observations"]]
    assert without_ids == [{**o, "id": 0} for o in exported(one)["observations"]]


GOOD = {
    "kind": "edited",
    "path": "a.py",
    "symbol": "",
    "language": "python",
    "text": "x",
    "was": "",
    "n": 1,
    "first": "2026-11-26",
    "last": "2026-11-26",
    "used": "2026-11-26",
}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"kind": "evil"}, id="an unknown kind"),
        pytest.param({"path": "/etc/passwd"}, id="a path elsewhere"),
        pytest.param({"path": "../x"}, id="a path out of the project"),
        pytest.param({"text": "x" * 5000}, id="a long text"),
        pytest.param({"text": "\ud800"}, id="half a character"),
        pytest.param({"text": None}, id="no text"),
        pytest.param({"n": 0}, id="never seen"),
        pytest.param({"n": 10**9}, id="seen too often"),
        pytest.param({"last": "yesterday"}, id="no day"),
    ],
)
def test_what_is_no_observation_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    told = {"lsp-local memory": 1, "observations": [{**GOOD, **change}], "styles": []}
    with pytest.raises(UserError, match="observation 1 is not one of ours"):
        take_over(Store(tmp_path / "a.sqlite"), told)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param([], id="a list"),
        pytest.param(None, id="nothing"),
        pytest.param({"observations": [], "styles": []}, id="without its name"),
        pytest.param(
            {
                "lsp-local memory": 1,
                "observations": [],
                "styles": [
                    {
                        "trait": "quotes",
                        "language": "python",
                        "value": "evil",
                        "source": "own",
                        "n": 1,
                    }
                ],
            },
            id="a habit with a text of its own",
        ),
    ],
)
def test_what_is_no_memory_is_refused(tmp_path: Path, told: object) -> None:
    with pytest.raises(UserError):
        take_over(Store(tmp_path / "a.sqlite"), told)
