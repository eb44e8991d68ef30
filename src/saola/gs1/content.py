"""What a part of a value must hold beyond its characters: dates, check digits, counts. Each check
says what is wrong, or nothing. Lists that change (countries, currencies, package types) and coupons
are not held against their lists."""

import re
from calendar import monthrange
from collections.abc import Callable

from saola.gs1.keys import SET32, SET82, check_digit, check_pair

SHORTEST_PREFIX = 4  # digits of a GS1 Company Prefix


def _check_digit(text: str) -> str:
    return "" if check_digit(text[:-1]) == text[-1] else "wrong check digit"


def _check_pair(text: str) -> str:
    body, pair = text[:-2], text[-2:]
    if len(text) < 3 or any(c not in SET82 for c in body) or any(c not in SET32 for c in pair):
        return "no check character pair"
    return "" if check_pair(body) == pair else "wrong check character pair"


def _prefix(text: str) -> str:
    started = text[:SHORTEST_PREFIX]
    good = len(started) == SHORTEST_PREFIX and started.isdecimal()
    return "" if good else "does not begin with a company prefix"


def _date(text: str, *, day_zero: bool) -> str:
    year, month, day = int(text[:-4]), int(text[-4:-2]), int(text[-2:])
    if len(text) == 6:
        year += 2000  # leap years of both centuries fall alike
    if not 1 <= month <= 12:
        return "no such month"
    if day == 0:
        return "" if day_zero else "day 00"
    return "" if day <= monthrange(max(year, 1), month)[1] else "no such day"


def _below(limit: int, name: str) -> Callable[[str], str]:
    return lambda text: "" if int(text) < limit else f"no such {name}"


def _hour_minute(text: str) -> str:
    return "" if int(text[:2]) < 24 and int(text[2:]) < 60 else "no such time"


def _piece_of_total(text: str) -> str:
    piece, total = int(text[:2]), int(text[2:])
    return "" if 1 <= piece <= total else "piece is not within the total"


def _position(text: str) -> str:
    found = re.fullmatch(r"([1-9])/([1-9])", text)
    return "" if found and found[1] <= found[2] else "position is not within the sequence"


def _percent(text: str) -> str:
    return "" if not re.search(r"%(?![0-9A-Fa-f]{2})", text) else "broken percent-encoding"


def _iban(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{7,}", text):
        return "no IBAN"
    digits = "".join(str(int(c, 36)) for c in text[4:] + text[:4])
    return "" if int(digits) % 97 == 1 else "wrong check digits of the IBAN"


def _like(pattern: str, fault: str) -> Callable[[str], str]:
    wanted = re.compile(pattern)
    return lambda text: "" if wanted.fullmatch(text) else fault


CHECKS: dict[str, Callable[[str], str]] = {
    "csum": _check_digit,
    "csumalpha": _check_pair,
    "key": _prefix,
    "keyoff1": lambda text: _prefix(text[1:]),
    "yymmdd": lambda text: _date(text, day_zero=False),
    "yymmd0": lambda text: _date(text, day_zero=True),
    "yyyymmdd": lambda text: _date(text, day_zero=False),
    "hhmi": _hour_minute,
    "hh": _below(24, "hour"),
    "mi": _below(60, "minute"),
    "ss": _below(60, "second"),
    "pieceoftotal": _piece_of_total,
    "posinseqslash": _position,
    "pcenc": _percent,
    "iban": _iban,
    "latitude": lambda text: "" if int(text) <= 1_800_000_000 else "no such latitude",
    "longitude": lambda text: "" if int(text) <= 3_600_000_000 else "no such longitude",
    "yesno": _like("[01]", "neither 0 nor 1"),
    "winding": _like("[019]", "no winding direction"),
    "iso5218": _like("[0129]", "no such code"),
    "hyphen": _like("-+", "not a hyphen"),
    "zero": _like("0+", "not zero"),
    "nonzero": _like("0*[1-9][0-9]*", "zero"),
    "nozeroprefix": _like("[1-9][0-9]*", "begins with zero"),
    "cset64": _like("[-A-Za-z0-9_]*={0,2}", "no base64"),
    "mediatype": _like("0[1-9]|10|[89][0-9]", "no such type of media"),
    "packagetype": _like("[0-9A-Z]{1,3}", "no package type"),
    "couponcode": _like("[0-9]+", "no coupon code"),
    "couponposoffer": _like("[0-9]+", "no coupon offer"),
    "hasnondigit": _like(".*[^0-9].*", "digits alone"),
    "importeridx": _like("[-0-9A-Z_a-z]", "no importer index"),
    "iso3166alpha2": _like("[A-Z]{2}", "no country code"),
}
