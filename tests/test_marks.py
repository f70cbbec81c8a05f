import pytest
from marks import doc_at


@pytest.mark.parametrize("marked", ["", "x", "<CURSOR><CURSOR>", "a<CURSOR>b<CURSOR>"])
def test_a_text_without_exactly_one_mark_is_a_broken_test(marked: str) -> None:
    with pytest.raises(ValueError, match="instead of one"):
        doc_at(marked)
