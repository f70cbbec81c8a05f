"""Which part of which open file resembles the text at the cursor."""

from lsp_local.similar import N_LINES, N_SHOWN, similar_parts
from lsp_local.text import Document

NOISE = [f"noise = other(thing_{n % 9})" for n in range(300)]
PART = [f"total += item.price * rate  # {n}" for n in range(60)]


def doc(path: str, lines: list[str]) -> Document:
    return Document(f"file:///shop/{path}", path, "shop", "python", "\n".join(lines))


def test_the_best_part_of_each_file_comes_best_file_first() -> None:
    names = {"total", "item", "price", "rate"}
    near = doc("near.py", [*NOISE[:130], *PART, *NOISE[130:]])
    nearer = doc("nearer.py", PART)
    far = doc("far.py", NOISE)
    parts = similar_parts(names, [far, near, nearer])
    assert [part.path for part in parts] == ["nearer.py", "near.py"]
    assert parts[0].share == 1.0
    assert parts[1].text.count("total += item.price * rate") >= 10
    assert all(part.text.count("\n") < N_SHOWN <= N_LINES for part in parts)


def test_nothing_resembles_nothing() -> None:
    assert similar_parts(set(), [doc("a.py", PART), doc("b.py", [])]) == []
    assert similar_parts({"x"}, []) == []
