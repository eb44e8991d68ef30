"""Sixty made-up papers, born digital, scanned and photographed: what is sure is right."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.reading.test_fields import needs_fonts, needs_tesseract
from tools.reading import measure
from tools.reading_documents import STATES, documents

SCAN = next(state for state in STATES if "300" in state)


@needs_fonts
@needs_tesseract
@pytest.mark.journey
def test_of_sixty_papers_nothing_sure_is_wrong() -> None:
    papers = list(documents(3, 2031))
    came: Counter[tuple[str, str]] = Counter()
    with ThreadPoolExecutor(2) as pool:
        for made, fields, _took, sure in pool.map(measure, papers):
            assert sure == []
            if made.state == SCAN:
                came.update(fields.items())

    assert len(papers) >= 60
    for name in ("number", "issued_on", "expires_on"):  # shares are measured by `make reading`
        wrong = came[name, "wrong"] + came[name, "none"]
        assert wrong <= 1, (name, came)
