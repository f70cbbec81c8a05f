import os
import re
from importlib.metadata import distribution

import dependencies
import pytest


def test_the_page_names_all_that_is_asked_for() -> None:
    if os.environ.get("UPDATE"):
        dependencies.PAGE.write_text(dependencies.page())
    words = set(re.findall(r"[a-z0-9-]+", dependencies.PAGE.read_text()))
    assert dependencies.direct() - words == set()


def test_each_row_has_a_licence_and_a_hash() -> None:
    rows = [row.split(" | ") for row in dependencies.page().splitlines() if "` |" in row]
    hashed = [row for row in rows if re.fullmatch(r"`[0-9a-f]{64}` \|", row[-1])]
    assert len(hashed) >= 30
    assert [row[0] for row in hashed if row[2] == "not said"] == []


@pytest.mark.parametrize("name", ["pygls", "tree-sitter-python"])
def test_the_hash_is_that_of_the_files_on_disk(name: str) -> None:
    package = distribution(name)
    before = dependencies.files_hash(package)
    assert before == dependencies.files_hash(distribution(name))
    assert before != dependencies.files_hash(distribution("lsprotocol"))
