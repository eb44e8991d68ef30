"""GS1 Digital Link URIs (URI Syntax 1.6): read strictly, built, and brought to one form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import quote, unquote_to_bytes

from saola.gs1.elements import Element, element_string
from saola.gs1.identifiers import BadGs1, check_together, check_value, identifier

CANONICAL = "https://id.gs1.org"
LONGEST = 8192
URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
HOST = re.compile(r"[^_~?#@!$&'()*+,;=%/]+")
BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")
# words for identifiers, withdrawn by URI Syntax 1.3; read where `historic` is asked for
WORDS = {
    "cpid": "8010", "cpsn": "8011", "cpv": "22", "gcn": "255", "gdti": "253", "giai": "8004",
    "ginc": "401", "gln": "414", "glnx": "254", "gmn": "8013", "grai": "8003", "gsin": "402",
    "gsrn": "8018", "gsrnp": "8017", "gtin": "01", "itip": "8006", "lot": "10", "party": "417",
    "refno": "8020", "ser": "21", "srin": "8019", "sscc": "00",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A link taken apart: what stands before the key, the key, its qualifiers, data attributes as
    (identifier, value), and other parameters of the query as they were written."""

    stem: str
    key: Element
    qualifiers: tuple[Element, ...] = ()
    attributes: tuple[Element, ...] = ()
    extras: tuple[str, ...] = ()

    @property
    def elements(self) -> tuple[Element, ...]:
        """Key, qualifiers and attributes in the order of the link."""
        return (self.key, *self.qualifiers, *self.attributes)

    @property
    def element_string(self) -> str:
        """The same in a bar code, ^ for FNC1."""
        return element_string(self.elements)

    @property
    def uri(self) -> str:
        """The link with this stem, other parameters behind the attributes."""
        return _written(self.stem, self)

    @property
    def canonical(self) -> str:
        """One form for all equal links: id.gs1.org, numbers, attributes by identifier, no other
        parameters."""
        plain = DigitalLink(CANONICAL, self.key, self.qualifiers, tuple(sorted(self.attributes)))
        return _written(CANONICAL, plain)


def parse(uri: str, *, historic: bool = False) -> DigitalLink:
    """Take a Digital Link apart; BadGs1 says why it is none. `historic` also reads what older
    versions allowed: words for identifiers, and GTINs of 8, 12 and 13 digits in the path."""
    if len(uri) > LONGEST:
        raise BadGs1("too long")
    if not URI.fullmatch(uri):
        raise BadGs1("a character that no URI has")
    found = re.match(r"(https?|HTTPS?)://", uri)
    if not found:
        raise BadGs1("neither http nor https")
    host, slash, rest = uri[found.end() :].partition("/")
    if not slash or not HOST.fullmatch(host):
        raise BadGs1("no domain with a path")
    path, _, query = (slash + rest).partition("#")[0].partition("?")
    before, pairs = _path(path, historic=historic)
    elements = [(ai, _value(ai, text, short=historic)) for ai, text in pairs]
    key, *qualifiers = elements
    if not _in_order(key[0], [ai for ai, _ in qualifiers]):
        raise BadGs1("qualifiers that do not belong to the key in this order", key[0])
    attributes, extras = _query(query)
    _attributes_belong(key[0], [ai for ai, _ in qualifiers], [ai for ai, _ in attributes])
    check_together({ai for ai, _ in (*elements, *attributes)})
    stem = uri[: found.end()] + host + before
    return DigitalLink(stem, key, tuple(qualifiers), tuple(attributes), tuple(extras))


def _path(path: str, *, historic: bool) -> tuple[str, list[Element]]:
    """What stands before the key, and the pairs from the key on: the rightmost one counts."""
    steps = path.split("/")[1:]
    pairs: list[Element] = []
    while len(steps) >= 2:
        *steps, name, text = steps
        ai = WORDS.get(name, name) if historic else name
        try:
            here = identifier(ai)
        except BadGs1:
            break
        pairs.insert(0, (ai, text))
        if here.qualifiers is not None:
            return "".join(f"/{step}" for step in steps), pairs
    raise BadGs1("no GS1 key in the path")


def _value(ai: str, text: str, *, short: bool, query: bool = False) -> str:
    if BROKEN.search(text):
        raise BadGs1("broken percent-encoding", ai)
    if not text:
        raise BadGs1("empty", ai)
    raw = unquote_to_bytes(text.replace("+", " ") if query else text)
    value = raw.decode("latin-1")  # beyond ASCII nothing is allowed anyway
    if ai == "01" and short and len(value) in (8, 12, 13):
        value = value.zfill(14)
    check_value(ai, value)
    return value


def _in_order(key: str, qualifiers: list[str]) -> bool:
    allowed = identifier(key).qualifiers or ()
    return any(tuple(qualifiers) in combinations(sequence, len(qualifiers)) for sequence in allowed)


def _query(query: str) -> tuple[list[Element], list[str]]:
    attributes: list[Element] = []
    extras: list[str] = []
    for pair in query.split("&"):
        name, equals, text = pair.partition("=")
        if equals and name.isascii() and name.isdecimal():
            # a GTIN beside another key may be short, as in the standard's own examples
            attributes.append((identifier(name).ai, _value(name, text, short=True, query=True)))
        elif pair:
            extras.append(pair)
    return attributes, extras


def _attributes_belong(key: str, qualifiers: list[str], attributes: list[str]) -> None:
    for place, ai in enumerate(attributes):
        if ai == key or ai in qualifiers or ai in attributes[:place]:
            raise BadGs1("twice", ai)
        if not identifier(ai).attribute:
            raise BadGs1("not allowed in the query", ai)
        steps = range(len(qualifiers) + 1)
        if any(_in_order(key, [*qualifiers[:at], ai, *qualifiers[at:]]) for at in steps):
            raise BadGs1("belongs into the path", ai)


def _written(stem: str, link: DigitalLink) -> str:
    path = "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in (link.key, *link.qualifiers))
    query = [f"{ai}={quote(value, safe='')}" for ai, value in link.attributes]
    behind = "&".join([*query, *link.extras])
    return stem.removesuffix("/") + path + (f"?{behind}" if behind else "")


def build(elements: Iterable[Element], stem: str = CANONICAL) -> str:
    """A link from elements in any order: the first primary key, its qualifiers in the standard's
    order, the rest as attributes; BadGs1 where that is no valid link."""
    given = list(dict.fromkeys(elements))
    key = next((e for e in given if identifier(e[0]).qualifiers is not None), None)
    if key is None:
        raise BadGs1("no GS1 key")
    values = dict(given)
    sequences = identifier(key[0]).qualifiers or ()
    best = max(sequences, key=lambda sequence: sum(ai in values for ai in sequence))
    qualifiers = tuple((ai, values[ai]) for ai in best if ai in values)
    path = {key, *qualifiers}
    attributes = tuple(element for element in given if element not in path)
    uri = _written(stem, DigitalLink(stem, key, qualifiers, attributes))
    parse(uri)
    return uri


def canonical(uri: str, *, historic: bool = False) -> str:
    """The one form of a link; `DigitalLink.canonical`."""
    return parse(uri, historic=historic).canonical
