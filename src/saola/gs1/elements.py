"""Element strings as scanners send them and as people read them."""

import re
from collections.abc import Iterable

from saola.gs1.identifiers import BadGs1, begins_with, check_together, check_value, identifier

Element = tuple[str, str]  # application identifier, value
FNC1 = "^"  # as it is written; scanners send GROUP
GROUP = "\x1d"
SYMBOLOGY = re.compile(r"\](?:C1|e0|d2|Q3|J1)")  # a scanner's name for a symbol with FNC1 first
LONGEST = 4096


def read_elements(text: str) -> tuple[Element, ...]:
    """Elements of "(01)09520123456788(10)ABC" or of "^010952012345678810ABC" (^ or GS for FNC1, at
    the beginning too, or a scanner's "]C1", "]e0", "]d2", "]Q3", "]J1"); BadGs1 where it is
    neither, a value is wrong, or identifiers do not go together."""
    if len(text) > LONGEST:
        raise BadGs1("too long")
    found = _bracketed(text) if text.startswith("(") else _scanned(text)
    if not found:
        raise BadGs1("empty")
    _all_good(found)
    return tuple(found)


def _all_good(elements: list[Element]) -> None:
    values: dict[str, str] = {}
    for ai, value in elements:
        check_value(ai, value)
        if values.setdefault(ai, value) != value:
            raise BadGs1("twice, with different values", ai)
    check_together(set(values))


def _bracketed(text: str) -> list[Element]:
    """A bracket within a value is written with a backslash before it."""
    pieces = re.split(r"(?<!\\)\(([0-9]{2,4})\)", text)
    found = list(zip(pieces[1::2], pieces[2::2], strict=True))
    for ai, value in found:
        if not value:
            raise BadGs1("empty", ai)
        if re.search(r"(?<!\\)\(", value):
            raise BadGs1("an open bracket", ai)
    return [(identifier(ai).ai, value.replace("\\(", "(")) for ai, value in found]


def _scanned(text: str) -> list[Element]:
    rest = SYMBOLOGY.sub(FNC1, text, count=1) if text.startswith("]") else text
    rest = rest.replace(GROUP, FNC1)
    if not rest.startswith(FNC1):
        raise BadGs1("does not begin with FNC1")
    rest = rest[1:]
    found: list[Element] = []
    while rest:
        here = begins_with(rest)
        rest = rest[len(here.ai) :]
        if here.fixed:
            value, rest = rest[: here.length], rest[here.length :]
            rest = rest.removeprefix(FNC1)
        else:
            value, _, rest = rest.partition(FNC1)
        if not value:
            raise BadGs1("empty", here.ai)
        found.append((here.ai, value))
    return found


def element_string(elements: Iterable[Element], *, brackets: bool = False) -> str:
    """Elements as one text: FNC1 as "^" where one is needed, or with brackets for people."""
    text, separate = "", True
    for ai, value in elements:
        if brackets:
            text += f"({ai})" + value.replace("(", "\\(")
            continue
        text += (FNC1 if separate else "") + ai + value
        separate = not identifier(ai).fixed
    return text
