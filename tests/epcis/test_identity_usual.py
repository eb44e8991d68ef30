"""The quick way through usual links says what the slow one says."""

from hypothesis import given
from hypothesis import strategies as st

from saola.epcis.identity import USUAL, _of_link, canonical_identity

hosts = st.sampled_from(["id.gs1.org", "h.vn:8000", "1.2.3.4", "H", "a@b", "01", "x/y", "x/01/2"])
digits = st.text("0123456789", min_size=12, max_size=18)
values = st.text("aZ09-_.%2F!'\"/?#&=", min_size=0, max_size=6)


@given(st.sampled_from(["http", "https"]), hosts, st.lists(st.tuples(
    st.sampled_from(["01", "10", "21", "22", "414", "254", "00"]), st.one_of(digits, values)
), min_size=1, max_size=3))  # fmt: skip
def test_usual_links(scheme: str, host: str, pairs: list[tuple[str, str]]) -> None:
    text = f"{scheme}://{host}" + "".join(f"/{ai}/{value}" for ai, value in pairs)
    slow = _of_link(text) or text
    if USUAL.fullmatch(text):
        assert canonical_identity(text) == slow


def test_some_are_usual() -> None:
    assert USUAL.fullmatch("https://id.gs1.org/01/09506000134352/21/A%2Fb")
    assert not USUAL.fullmatch("https://id.gs1.org/01/09506000134352/21/A?x=1")
