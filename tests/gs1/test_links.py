"""Digital Links: third-party vectors, and what must hold for every link."""

import json
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saola import gs1

VECTORS = Path(__file__).parents[3] / "shared" / "conformance" / "digital-link" / "parse.json"
# links that URI Syntax 1.3 and 1.4 withdrew: words for identifiers, short GTINs
HISTORIC = 5
# a key of identifiers that nobody has defined
UNKNOWN = 1
CHARACTERS = "!\"%&'()*+,-./0189:;<=>?AZ_az"
text = st.text(CHARACTERS, min_size=1, max_size=20)


def gtins() -> st.SearchStrategy[str]:
    digits = st.text("0123456789", min_size=9, max_size=9)
    return digits.map(lambda d: gs1.with_check_digit("0893" + d))


@pytest.mark.skipif(not VECTORS.exists(), reason="../shared/conformance is not here")
def test_vectors_of_the_syntax_engine() -> None:
    rows = json.loads(VECTORS.read_text("utf-8"))
    ways = Counter(
        _way(row["uri"], row["element_string"] if row["valid"] else None) for row in rows
    )
    assert ways == {"strict": 53, "historic": HISTORIC, "": UNKNOWN}


def _way(uri: str, wanted: str | None) -> str:
    """The way of reading that agrees with the vector."""
    for historic in (False, True):
        try:
            got = gs1.parse(uri, historic=historic).element_string
        except gs1.BadGs1:
            got = None
        if got == wanted:
            return "historic" if historic else "strict"
    return ""


@given(
    gtin=gtins(),
    lot=text,
    serial=text,
    stem=st.sampled_from(["https://id.gs1.org", "https://a.vn/x/"]),
)
def test_a_link_is_built_and_read_back(gtin: str, lot: str, serial: str, stem: str) -> None:
    uri = gs1.build([("21", serial), ("01", gtin), ("10", lot), ("17", "270131")], stem)
    link = gs1.parse(uri)
    assert link.elements == (("01", gtin), ("10", lot), ("21", serial), ("17", "270131"))
    assert gs1.parse(link.canonical).elements == link.elements
    assert gs1.canonical(link.canonical) == link.canonical
    assert gs1.read_elements(gs1.element_string(link.elements)) == link.elements


@given(gtin=gtins(), serial=text)
def test_canonical_forgets_only_how_it_was_written(gtin: str, serial: str) -> None:
    one = gs1.build([("01", gtin), ("21", serial)])
    other = gs1.build([("01", gtin), ("21", serial)], "http://example.vn/ocop") + "?utm=zalo#top"
    assert gs1.canonical(other) == gs1.canonical(one) == one


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("https://id.gs1.org/01/09520123456789", "wrong check digit"),
        ("https://id.gs1.org/01/9520123456788", "too short"),
        ("https://id.gs1.org/01/09520123456788/21/a/10/b", "order"),
        ("https://id.gs1.org/01/09520123456788?10=b", "belongs into the path"),
        ("https://id.gs1.org/01/09520123456788?17=270231", "no such day"),
        ("https://id.gs1.org/01/09520123456788?17=270131&17=270131", "twice"),
        ("https://id.gs1.org/01/09520123456788/10/a%2", "percent"),
        ("https://id.gs1.org/01/09520123456788/10/a%C4%91", "not allowed"),
        ("https://id.gs1.org/01/09520123456788/10/" + "a" * 21, "too long"),
        ("https://id.gs1.org/gtin/09520123456788", "no GS1 key"),
        ("ftp://id.gs1.org/01/09520123456788", "neither http nor https"),
        ("https://id.gs1.org/00/095201234567883216/10/a", "do not belong"),
        ("https://id.gs1.org/01/09520123456788?" + "x" * 9000, "too long"),
        ("https://id.gs1.org/01/09520123456788\n", "a character that no URI has"),
    ],
)
def test_what_is_no_link_is_refused_with_the_reason(uri: str, reason: str) -> None:
    with pytest.raises(gs1.BadGs1, match=reason):
        gs1.parse(uri)


@given(st.text(max_size=80))
def test_nothing_that_is_typed_breaks_the_reader(words: str) -> None:
    for read in (gs1.parse, gs1.read_elements, gs1.link_of, gs1.urn_of):
        with suppress(gs1.BadGs1):
            assert read(f"https://id.gs1.org/01/{words}" if read is gs1.parse else words)


def test_cli_takes_a_link_apart(capsys: pytest.CaptureFixture[str]) -> None:
    from saola.cli import main

    assert main(["gs1", "parse", "https://a.vn/01/09520123456788/10/A1?17=270131"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["canonical"] == "https://id.gs1.org/01/09520123456788/10/A1?17=270131"
    assert told["qualifiers"] == [{"ai": "10", "value": "A1"}]
    assert main(["gs1", "parse", "https://a.vn/01/09520123456789"]) == 2
    assert "wrong check digit" in capsys.readouterr().err
