"""Serial numbers and internal numbers."""

import itertools

import pytest
from biip.gtin import Gtin
from hypothesis import given
from hypothesis import strategies as st

from saola.gs1.internal import internal_gtin, is_internal
from saola.gs1.link import parse
from saola.gs1.serials import ALPHABET, PLACES, ROLLS, NoSerial, roll_and_place, serial

KEY = bytes(range(32))
rolls = st.integers(0, ROLLS - 1)
places = st.integers(0, PLACES - 1)


@given(rolls, places)
def test_a_serial_says_its_roll_and_place(roll: int, place: int) -> None:
    text = serial(KEY, roll, place)
    assert len(text) == 13
    assert set(text) <= set(ALPHABET)
    assert roll_and_place(KEY, text) == (roll, place)
    assert roll_and_place(KEY, text.lower()) == (roll, place)


@given(st.text(ALPHABET, min_size=13, max_size=13))
def test_every_text_of_the_alphabet_is_one_serial(text: str) -> None:
    assert serial(KEY, *roll_and_place(KEY, text)) == text


@pytest.mark.parametrize("text", ["", "0" * 12, "0" * 14, "U" * 13, "é" * 13, "0" * 12 + "-"])
def test_what_is_no_serial(text: str) -> None:
    with pytest.raises(NoSerial):
        roll_and_place(KEY, text)


def test_neighbours_look_unlike_and_another_key_reads_nothing() -> None:
    """Of 13 characters that have nothing to do with each other 13/32 agree on average."""
    texts = [serial(KEY, 7, place) for place in range(2000)]
    agree = [
        sum(a == b for a, b in zip(one, two, strict=True)) for one, two in itertools.pairwise(texts)
    ]
    assert sum(agree) / len(agree) < 0.6
    assert len(set(texts)) == 2000
    other = bytes(32)
    hits = sum(roll_and_place(other, text)[0] < 1_000_000 for text in texts)
    assert hits == 0


@pytest.mark.parametrize(("roll", "place"), [(-1, 0), (0, -1), (ROLLS, 0), (0, PLACES)])
def test_out_of_range(roll: int, place: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        serial(KEY, roll, place)


def test_internal_numbers_are_restricted_ones_of_gs1() -> None:
    gtins = [internal_gtin(number) for number in range(100)]
    assert len(set(gtins)) == 100
    for gtin in gtins:
        assert is_internal(gtin)
        assert parse(f"https://example.vn/01/{gtin}").key == ("01", gtin)
    assert not is_internal("08936012345674")
    prefix = Gtin.parse(gtins[0][1:]).prefix
    assert prefix is not None
    assert "estricted" in prefix.usage or "within a" in prefix.usage
