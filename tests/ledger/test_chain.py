"""Any change of the chain shows, and names its place."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from saola.ledger import GENESIS, Link, entry_hash, verify


def chain(length: int) -> list[Link]:
    links, previous = [], GENESIS
    for number in range(1, length + 1):
        content = {"act": f"việc {number}"}
        made = entry_hash(number, content, previous)
        links.append(Link(number, content, previous, made))
        previous = made
    return links


def faults(links: list[Link], whole: list[Link]) -> list[tuple[int, str]]:
    last = (whole[-1].number, whole[-1].hash)
    return [(f.number, f.kind) for f in verify(links, last=last)]


def test_a_whole_chain_has_no_fault() -> None:
    links = chain(5)

    assert faults(links, links) == []
    assert list(verify([], last=(0, GENESIS))) == []


@given(st.integers(2, 12), st.data())
def test_an_altered_entry_is_named(length: int, data: st.DataObject) -> None:
    links = chain(length)
    at = data.draw(st.integers(0, length - 1))
    changed = [*links]
    changed[at] = replace(links[at], content={"act": "khác"})

    assert faults(changed, links) == [(at + 1, "altered")]


@given(st.integers(2, 12), st.data())
def test_a_removed_entry_is_named(length: int, data: st.DataObject) -> None:
    links = chain(length)
    at = data.draw(st.integers(0, length - 1))

    assert (at + 1, "removed") in faults(links[:at] + links[at + 1 :], links)


def test_an_inserted_entry_is_named() -> None:
    links = chain(4)
    forged_hash = entry_hash(3, {"act": "chèn"}, links[1].hash)
    forged = Link(3, {"act": "chèn"}, links[1].hash, forged_hash)

    assert faults([*links[:2], forged, links[3]], links) == [(3, "altered")]
    doubled = [*links[:2], links[1], *links[2:]]
    assert faults(doubled, links) == [(2, "inserted")]


@given(st.integers(2, 12), st.data())
def test_an_altered_entry_with_its_own_hash_made_anew_is_named(
    length: int, data: st.DataObject
) -> None:
    links = chain(length)
    at = data.draw(st.integers(0, length - 1))
    content = {"act": "khác"}
    made = entry_hash(at + 1, content, links[at].previous)
    changed = [*links]
    changed[at] = replace(links[at], content=content, hash=made)

    assert faults(changed, links) == [(at + 1, "altered")]


def test_an_entry_rehashed_with_all_after_it_shows_at_the_kept_head() -> None:
    links = chain(3)
    forged = chain(2)
    content = {"act": "giả"}
    forged.append(Link(3, content, forged[1].hash, entry_hash(3, content, forged[1].hash)))

    assert faults(forged, links) == [(3, "altered")]
