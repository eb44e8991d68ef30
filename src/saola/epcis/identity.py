"""One text for each thing that an event names: the canonical Digital Link of its finest level, as
the event hash of CBV 2.0 wants it. Check digits are not asked; what is no GS1 key stays as it is.
"""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from saola.gs1.keys import check_digit
from saola.gs1.link import CANONICAL, WORDS

# what is escaped in a link beyond what a URN escapes already
ESCAPES = str.maketrans({c: f"%{ord(c):02X}" for c in "!()*+,:"})
REFERENCE = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):([0-9]{4,12})\.(.*)", re.DOTALL)
TEXT = r"[\"'\-.0-9;-?A-Z_a-z%]"
KEYS = {
    "00": r"[0-9]{18}", "01": r"[0-9]{14}", "253": rf"[0-9]{{13}}{TEXT}*", "255": r"[0-9]{13,25}",
    "401": rf"[0-9]{{4}}{TEXT}*", "402": r"[0-9]{17}", "414": r"[0-9]{13}", "417": r"[0-9]{13}",
    "8003": rf"[0-9]{{14}}{TEXT}*", "8004": rf"[0-9]{{4}}{TEXT}*", "8006": r"[0-9]{18}",
    "8010": r"[0-9]{4}[#\-/0-9A-Z%]*", "8017": r"[0-9]{18}", "8018": r"[0-9]{18}",
}  # fmt: skip
SHAPES = {ai: re.compile(shape) for ai, shape in KEYS.items()}
# the finest first; of a GTIN the consumer product variant never counts
FINEST = {"01": ("21", "235", "10"), "8006": ("21", "10"), "414": ("254",), "8010": ("8011",)}
COARSER = {"01": {"22", "10"}, "8006": {"22", "10"}}
VALUE = re.compile(rf"{TEXT}+")
PLAIN = TEXT.replace(";-?", ";->")  # before a query begins
# most links by far, read at once; what it does not match is taken apart step by step
USUAL = re.compile(
    r"https?://[^/?#\[\]]+/"
    rf"(01/[0-9]{{14}}(?:/(?:10|21)/{PLAIN}+)?|414/[0-9]{{13}}(?:/254/{PLAIN}+)?|00/[0-9]{{18}})"
)


@lru_cache(maxsize=65536)
def canonical_identity(text: str) -> str:
    """The canonical link of a URN or Digital Link with a GS1 key, otherwise the text."""
    if text.startswith("urn:epc:"):
        return _of_urn(text) or text
    if text.startswith(("http://", "https://")):
        usual = USUAL.fullmatch(text)
        return f"{CANONICAL}/{usual[1]}" if usual else _of_link(text) or text
    return text


def _with_check(prefix: str, reference: str, digits: int, *, indicator: bool = False) -> str | None:
    whole = prefix + reference
    if len(whole) != digits or not whole.isdecimal():
        return None
    body = reference[0] + prefix + reference[1:] if indicator else whole
    return body + check_digit(body)


def _of_urn(text: str) -> str | None:
    found = REFERENCE.fullmatch(text)
    if not found:
        return None
    kind, scheme, prefix, rest = found.groups()
    if scheme in ("sgtin", "lgtin", "upui", "itip"):
        return _of_gtin(scheme, prefix, rest)
    if scheme in ("giai", "ginc"):
        key = "8004" if scheme == "giai" else "401"
        return f"{CANONICAL}/{key}/{prefix}{rest.translate(ESCAPES)}"
    if scheme in ("sscc", "gsrn", "gsrnp", "gsin"):
        key = {"sscc": "00", "gsrn": "8018", "gsrnp": "8017", "gsin": "402"}[scheme]
        digits = 16 if scheme == "gsin" else 17
        value = _with_check(prefix, rest, digits, indicator=scheme == "sscc")
        return value and f"{CANONICAL}/{key}/{value}"
    if scheme == "cpi":
        part, _, serial = rest.rpartition(".")
        behind = "" if kind == "idpat" else f"/8011/{serial}"
        return f"{CANONICAL}/8010/{(prefix + part).translate(ESCAPES)}{behind}"
    return _of_thirteen(scheme, prefix, rest)


def _of_gtin(scheme: str, prefix: str, rest: str) -> str | None:
    item, _, serial = rest.partition(".")
    gtin = item and _with_check(prefix, item, 13, indicator=True)
    if not gtin:
        return None
    key, value = "01", gtin
    if scheme == "itip":
        piece, total, serial = [*serial.split(".", 2), "", ""][:3]
        key, value = "8006", gtin + piece + total
    if serial == "*":
        return f"{CANONICAL}/{key}/{value}"
    behind = {"lgtin": "10", "upui": "235"}.get(scheme, "21")
    return f"{CANONICAL}/{key}/{value}/{behind}/{serial.translate(ESCAPES)}"


def _of_thirteen(scheme: str, prefix: str, rest: str) -> str | None:
    """Keys of thirteen digits with what may follow them."""
    key = {"sgln": "414", "pgln": "417", "grai": "8003", "gdti": "253", "sgcn": "255"}.get(scheme)
    reference, _, serial = rest.partition(".")
    value = key and _with_check(prefix, reference, 12)
    if not value:
        return None
    serial = "" if serial == "*" else serial.translate(ESCAPES)
    if scheme == "sgln":
        behind = f"/254/{serial}" if serial not in ("", "0") else ""
        return f"{CANONICAL}/414/{value}{behind}"
    return f"{CANONICAL}/{key}/{'0' if scheme == 'grai' else ''}{value}{serial}"


def _of_link(text: str) -> str | None:
    try:
        path = urlsplit(text).path
    except ValueError:  # a host in brackets that is none
        return None
    steps = [WORDS.get(step, step) for step in path.split("/")]
    if len(steps) > 2 and not steps[-1]:
        steps.pop()
    for at in range(len(steps) - 2, 0, -1):
        if steps[at] in SHAPES and (len(steps) - at) % 2 == 0:
            return _from_pairs(steps[at], steps[at + 1], steps[at + 2 :])
    return None


def _from_pairs(key: str, value: str, behind: list[str]) -> str | None:
    if key == "01" and len(value) in (8, 12, 13):
        value = value.zfill(14)
    pairs = dict(zip(behind[::2], behind[1::2], strict=True))
    known = {*FINEST.get(key, ()), *COARSER.get(key, ())}
    if not SHAPES[key].fullmatch(value) or not known.issuperset(pairs):
        return None
    if not all(VALUE.fullmatch(part) for part in pairs.values()):
        return None
    for ai in FINEST.get(key, ()):
        if ai in pairs:
            return f"{CANONICAL}/{key}/{value}/{ai}/{pairs[ai]}"
    return f"{CANONICAL}/{key}/{value}"
