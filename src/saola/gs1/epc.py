"""URNs of EPCs (EPC Tag Data Standard, CBV 2.0) as Digital Links, and back."""

from dataclasses import dataclass
from itertools import takewhile
from urllib.parse import quote, unquote

from biip.gs1_prefixes import GS1CompanyPrefix

from saola.gs1.elements import Element
from saola.gs1.identifiers import BadGs1
from saola.gs1.keys import with_check_digit
from saola.gs1.link import CANONICAL, DigitalLink, parse

SHORTEST, LONGEST = 6, 12  # digits of a company prefix; shorter ones are blocks of such of six
SAFE = "!'()*+,-.:;=_$@"  # stands in a part of a URN as it is


@dataclass(frozen=True, slots=True)
class Scheme:
    """One URN scheme: parts behind the company prefix, how many digits prefix and first part fill
    together (0 where letters may stand), the key and the last part's qualifier."""

    name: str
    parts: int
    digits: int
    key: str
    qualifier: str = ""  # where the serial number goes; "" where it ends the key's own value
    serial: bool = False  # whether the last part tells one of many
    indicator: bool = False  # the first digit of the first part stands before the prefix
    check: bool = True  # whether a check digit follows


SCHEMES = {
    s.name: s
    for s in (
        Scheme("sgtin", 2, 13, "01", "21", serial=True, indicator=True),
        Scheme("lgtin", 2, 13, "01", "10", serial=True, indicator=True),
        Scheme("upui", 2, 13, "01", "235", serial=True, indicator=True),
        Scheme("itip", 4, 13, "8006", "21", serial=True, indicator=True),
        Scheme("sscc", 1, 17, "00", indicator=True),
        Scheme("sgln", 2, 12, "414", "254", serial=True),
        Scheme("pgln", 1, 12, "417"),
        Scheme("grai", 2, 12, "8003", serial=True),
        Scheme("gdti", 2, 12, "253", serial=True),
        Scheme("sgcn", 2, 12, "255", serial=True),
        Scheme("gsrn", 1, 17, "8018"),
        Scheme("gsrnp", 1, 17, "8017"),
        Scheme("gsin", 1, 16, "402"),
        Scheme("giai", 1, 0, "8004", check=False),
        Scheme("ginc", 1, 0, "401", check=False),
        Scheme("cpi", 2, 0, "8010", "8011", serial=True, check=False),
    )
}
BY_KEY: dict[str, str] = {
    "00": "sscc", "414": "sgln", "417": "pgln", "8003": "grai", "253": "gdti", "255": "sgcn",
    "8018": "gsrn", "8017": "gsrnp", "402": "gsin", "8004": "giai", "401": "ginc", "8010": "cpi",
    "8006": "itip",
}  # fmt: skip


def link_of(urn: str, stem: str = CANONICAL) -> str:
    """The Digital Link of an EPC's URN (`urn:epc:id:`, `urn:epc:class:lgtin:`, `urn:epc:idpat:`
    ending in `*`); BadGs1 where it is none that GS1 keys can tell."""
    head, _, rest = urn.partition(":")
    space, kind, name, text = (*rest.split(":", 3), "", "", "", "")[:4]
    space, kind = space.lower(), kind.lower()
    scheme = SCHEMES.get(name)
    known = scheme is not None and space == "epc" and kind in ("id", "idpat", "class")
    if head.lower() != "urn" or not known or not urn.isascii() or scheme is None:
        raise BadGs1("no URN of a GS1 key", urn[:60].encode("ascii", "replace").decode())
    if (kind == "class") != (name == "lgtin"):
        raise BadGs1("no such kind of URN", urn[:60])
    prefix, *parts = text.split(".", scheme.parts)
    of_class = kind == "idpat"
    filled = bool(scheme.digits) and not scheme.indicator  # by a prefix of twelve digits
    if len(parts) != scheme.parts or not all(parts[filled:]):
        raise BadGs1("parts missing", urn[:60])
    if not prefix.isdecimal() or not SHORTEST <= len(prefix) <= LONGEST:
        raise BadGs1("a company prefix has 6 to 12 digits", urn[:60])
    if of_class != (parts[-1] == "*") or (of_class and not scheme.serial):
        raise BadGs1("a class ends in *, a thing does not", urn[:60])
    elements = _elements(scheme, prefix, [unquote(part) for part in parts], of_class=of_class)
    link = DigitalLink(stem, elements[0], tuple(elements[1:]))
    return parse(link.uri).uri


def _elements(scheme: Scheme, prefix: str, parts: list[str], *, of_class: bool) -> list[Element]:
    first, last = parts[0], parts[-1]
    if scheme.digits:
        if not (prefix + first).isdecimal() or len(prefix + first) != scheme.digits:
            # a document type, asset type or location may be empty when the prefix fills it
            raise BadGs1(f"prefix and reference are not {scheme.digits} digits", scheme.name)
        body = first[0] + prefix + first[1:] if scheme.indicator else prefix + first
        value = with_check_digit(body) if scheme.check else body
    else:
        value = prefix + first
    if scheme.name == "grai":
        value = "0" + value
    if scheme.name == "itip":
        value += parts[1] + parts[2]
    if not scheme.serial or of_class:
        return [(scheme.key, value)]
    if not scheme.qualifier:
        return [(scheme.key, value + last)]
    if scheme.name == "sgln" and last == "0":  # no extension
        return [(scheme.key, value)]
    return [(scheme.key, value), (scheme.qualifier, last)]


def urn_of(link: str, prefix_length: int | None = None) -> str:
    """The URN of a Digital Link's key and qualifiers. The company prefix is as long as told, else
    as GS1's list of prefixes has it; BadGs1 where that is unknown or there is no such URN."""
    found = parse(link)
    key, value = found.key
    qualifiers = dict(found.qualifiers)
    name = _of_gtin(qualifiers) if key == "01" else BY_KEY.get(key, "")
    if not name:
        raise BadGs1("there is no URN of this key", key)
    scheme = SCHEMES[name]
    if lost := set(qualifiers) - DROPPED.get(name, set()) - {scheme.qualifier}:
        raise BadGs1("there is no URN with this qualifier", min(lost))
    reference, serial = _split(scheme, value, qualifiers)
    prefix, first = _by_prefix(scheme, reference, prefix_length)
    parts = [prefix, quote(first, safe=SAFE)]
    if name == "itip":
        parts += [value[14:16], value[16:18]]
    kind = "class" if name == "lgtin" else "id"
    if scheme.serial:
        kind = kind if serial else "idpat"
        written = "%2A" if serial == "*" else quote(serial, safe=SAFE)  # alone it means any
        parts.append(written if serial else "*")
    return f"urn:epc:{kind}:{name}:" + ".".join(parts)


# what tells no other thing beside a serial number, or no other lot beside its number
DROPPED = {"sgtin": {"10", "22"}, "upui": {"10", "22"}, "lgtin": {"22"}}


def _of_gtin(qualifiers: dict[str, str]) -> str:
    if "235" in qualifiers:
        return "upui"
    return "lgtin" if "10" in qualifiers and "21" not in qualifiers else "sgtin"


def _split(scheme: Scheme, value: str, qualifiers: dict[str, str]) -> tuple[str, str]:
    """The reference without check digit, indicator last moved behind the prefix by the caller; and
    the serial number."""
    if scheme.name == "sgln":
        return value[:-1], qualifiers.get("254", "0")
    if scheme.qualifier:
        body = value[:14] if scheme.key in ("01", "8006") else value
        return (body[:-1] if scheme.check else body), qualifiers.get(scheme.qualifier, "")
    if scheme.serial:
        body = value[1:] if scheme.name == "grai" else value
        return body[: scheme.digits], body[scheme.digits + 1 :]
    return (value[:-1] if scheme.check else value), ""


def _by_prefix(scheme: Scheme, reference: str, length: int | None) -> tuple[str, str]:
    digits = reference[1:] if scheme.indicator else reference
    length = length or _known_length(digits)
    prefix, first = digits[:length], digits[length:]
    if not SHORTEST <= length <= LONGEST or len(prefix) < length or not prefix.isdecimal():
        raise BadGs1("the company prefix has no such length", scheme.name)
    if not first and not scheme.digits:
        raise BadGs1("nothing behind the company prefix", scheme.name)
    return prefix, reference[0] + first if scheme.indicator else first


def _known_length(digits: str) -> int:
    numeric = "".join(takewhile(str.isdecimal, digits[:LONGEST]))
    found = GS1CompanyPrefix.extract(numeric)
    if found is None:
        raise BadGs1("nobody knows how long its company prefix is")
    return max(len(found.value), SHORTEST)
