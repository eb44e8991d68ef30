"""What a paper seems to say: number, holder, issuer, day of issue, last day. Proposals: a person
confirms them."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import zip_longest

from PIL import Image

from saola.reading.lines import Box, Line
from saola.reading.ocr import second_look
from saola.reading.papers import Paper
from saola.vietnamese.dates import add_months
from saola.vietnamese.folding import PLAIN, fold, nfc
from saola.vietnamese.reading import FoundDay, find_days

NAMES = ("number", "holder", "issuer", "issued_on", "expires_on")
DOUBT = 0.6  # what is left of the confidence when a second look sees something else
# languages and sizes in which a number is looked at again: codes of offices are no Vietnamese
# words, and its language would mend them into some
SECOND = ("eng", 1.5)
LOOKS = tuple((language, scale) for scale in (1.5, 1.0, 0.75, 2.0) for language in ("eng", "vie"))
LONGEST_TERM = 15  # years; a last day farther off has a digit misread
FULL_LINE = 0.75  # share of the page; a name that goes so far right may go on in the next line
COMPUTED = 0.75  # a last day worked out from a term

# sans-serif faces have an "a" that is read as "o": both count as one in the words looked for
ALIKE = str.maketrans("a", "o")


def _words_for(pattern: str) -> re.Pattern[str]:
    """A pattern of folded words; "\\w" stands for letters, for no class of letters survives."""
    return re.compile(pattern.translate(ALIKE))


_NUMBER = re.compile(
    r"\b(?:so(?: giay chung nhan| chung nhan| gcn| phieu| hieu)?|ma so(?: doanh nghiep)?|no)"
    r"\s*[:.]\s*"
    r"((?=[^ ]*(?:- )?[^ ]*\d)[0-9a-z][0-9a-z./&_-]*(?:(?<=-) [0-9a-z./&_-]*\d[0-9a-z./&_-]*)*)"
)
_HOLDER = _words_for(
    r"(?:ten (?:co so|doanh nghiep|hop tac xa|to chuc|cong ty|khach hang|chu the)(?: [\w ]{0,30})?"
    r"|chung nhan(?: co so)?|cap cho|khach hang|don vi gui mau|chu don|chu bang|chu the)\s*:\s*(.+)"
)
_ISSUER = re.compile(
    r"^(?:uy ban nhan dan|so |chi cuc|cuc |bo |phong |trung tam|vien |cong ty co phan chung nhan)"
)
_ISSUER_NAMED = re.compile(r"(?:co quan cap|noi cap|don vi cap)\s*:\s*(.+)")
_LAST = _words_for(
    r"(?:het han|het hieu luc|hieu luc (?:den|toi)|gia tri (?:den|toi)|co hieu luc tu .{5,40} den"
    r"|valid until|ngay het)"
)
_FIRST = _words_for(r"(?:ngay c\wp|c\wp ngay|ngay ky|ky ngay|ngay ban hanh|dang ky lan dau|, ngay)")
_TOKEN = re.compile(r"(?=.*\d)[0-9A-Z][0-9A-Za-zĐđ./&-]*[0-9A-Za-z]")
_AMONG_DIGITS = re.compile(r"(?<![^\W\d])(?=O*\d)[\dO]+(?![^\W\d])")
_BROKEN = re.compile(r"\d\s+n\wm$")
_LOOSE_DAY = re.compile(r"\b([\do]{1,2})\s+th\w{3,6}\s+([\do]{1,2})\s+n\w{2,4}\s+(\d{4})\b")
_TERM = _words_for(r"(?:hieu luc|gia tri|thoi han)[^.;]{0,20}?(\d{1,2})\s*(nam|thang)\b")


@dataclass(frozen=True, slots=True)
class Field:
    """One proposal. `value` is ISO 8601 for days; `box` shares of the page; confidence 0 to 1."""

    name: str
    value: str
    page: int
    box: Box
    confidence: float


def propose(paper: Paper) -> list[Field]:
    """The likeliest value of each field, in the order of NAMES; a field not found is left out.

    On pictures, number and days are looked at a second time: two readings that differ are never
    sure.
    """
    best: dict[str, Field] = {}
    for line in _whole(paper.lines):
        for found in _in_line(line):
            if found.name not in best or found.confidence > best[found.name].confidence:
                best[found.name] = found
    _term(paper, best)
    if "expires_on" in best:
        best["expires_on"] = _within_reason(best["expires_on"], best.get("issued_on"))
    return [_looked_at_again(paper, best[name]) for name in NAMES if name in best]


def _whole(lines: list[Line]) -> Iterator[Line]:
    """The lines; one that breaks before the year of its day has that year with it."""
    for line, after in zip_longest(lines, lines[1:]):
        broken = after is not None and _BROKEN.search(line.text.translate(PLAIN))
        if broken and re.match(r"\d{4}\b", after.text):
            yield Line(line.page, line.words + after.words[:1])
        else:
            yield line


def _in_line(line: Line) -> Iterator[Field]:
    text = nfc(line.text)
    plain = text.translate(PLAIN)
    alike = plain.translate(ALIKE)
    if (match := _NUMBER.search(plain)) and not plain.startswith(("so nha", "so dien")):
        value = text[slice(*match.span(1))].rstrip(".,;-/")
        end = match.start(1) + len(value)
        yield _made("number", _digits(value), line, (match.start(1), end), 0.97)
    if match := _HOLDER.search(alike):
        whole = line.words[-1].box[2] < FULL_LINE
        yield from _words("holder", text, line, match, 0.95 if whole else 0.85)
    if match := _ISSUER_NAMED.search(plain):
        yield from _words("issuer", text, line, match, 0.96)
    elif _ISSUER.match(plain) and line.words[0].box[1] < 0.2 and text[:2] not in ("Số", "SỐ"):
        end = _head_ends(line, text)
        yield _made("issuer", text[:end].strip(), line, (0, end), 0.9)
    yield from _days(line, text, alike)


def _digits(number: str) -> str:
    """Without blanks, and with a 0 where an O stands among digits alone: OO8/2022 is 008/2022."""
    return _AMONG_DIGITS.sub(lambda m: m[0].replace("O", "0"), number.replace(" ", ""))


def _loose_days(text: str) -> Iterator[FoundDay]:
    """Days in words of which a letter was misread: "ngày 04 tháóng O2 năm 2026"."""
    plain = text.translate(PLAIN)
    for match in _LOOSE_DAY.finditer(plain):
        day, month, year = (int(part.replace("o", "0")) for part in match.groups())
        with suppress(ValueError):
            yield FoundDay(date(year, month, day), match.start(), match.end())


def _days(line: Line, text: str, alike: str) -> Iterator[Field]:
    before = 0
    for found in list(find_days(text)) or _loose_days(text):
        said = alike[before : found.start + 6]
        if _LAST.search(said):
            yield _made("expires_on", found.day.isoformat(), line, (found.start, found.end), 0.97)
        elif _FIRST.search(said):
            strength = 0.97 if ", ngay" not in said else 0.93
            yield _made(
                "issued_on", found.day.isoformat(), line, (found.start, found.end), strength
            )
        before = found.end


def _head_ends(line: Line, text: str) -> int:
    """The left half of a head: the country's name stands at the same height to the right."""
    at = 0
    for word in line.words:
        if word.box[0] > 0.42 and at:
            return at
        at += len(word.text) + 1
    return len(text)


def _words(
    name: str, text: str, line: Line, match: re.Match[str], strength: float
) -> Iterator[Field]:
    value = text[match.start(1) : match.end(1)].strip(" .,;:")
    if len(value) > 2:
        yield _made(name, value, line, match.span(1), strength)


def _made(name: str, value: str, line: Line, at: tuple[int, int], strength: float) -> Field:
    box, sure = line.span(*at)
    return Field(name, value, line.page, box, round(strength * sure, 3))


def _term(paper: Paper, best: dict[str, Field]) -> None:
    """ "Có hiệu lực 3 năm kể từ ngày cấp": the last day, where none is printed."""
    issued = best.get("issued_on")
    if "expires_on" in best or issued is None:
        return
    for line in paper.lines:
        text = nfc(line.text)
        if match := _TERM.search(text.translate(PLAIN).translate(ALIKE)):
            months = int(match[1]) * (12 if match[2] == "nom" else 1)
            last = add_months(date.fromisoformat(issued.value), months)
            made = _made("expires_on", last.isoformat(), line, match.span(), COMPUTED)
            best["expires_on"] = made
            return


def _within_reason(last: Field, issued: Field | None) -> Field:
    """No paper of ours holds for half a century: "2081" is a "2031" whose 3 was read as an 8."""
    begun = date.fromisoformat(issued.value).year if issued else datetime.now(UTC).year
    year = int(last.value[:4])
    other = last.value[:2] + last.value[2:4].replace("8", "3") + last.value[4:]
    if year - begun <= LONGEST_TERM or not 0 < int(other[:4]) - begun <= LONGEST_TERM:
        return last
    with suppress(ValueError):  # a 29th of February
        date.fromisoformat(other)
        return replace(last, value=other, confidence=min(last.confidence, DOUBT))
    return last


def _looked_at_again(paper: Paper, found: Field) -> Field:
    picture = paper.pictures.get(found.page)
    if picture is None or found.name in ("holder", "issuer") or found.confidence == COMPUTED:
        return found
    if found.name == "number":
        return _voted(picture, found)
    again = second_look(picture, found.box, "vie")
    days = list(find_days(again)) or _loose_days(nfc(again))
    if found.value in {day.day.isoformat() for day in days}:
        return found
    return replace(found, confidence=round(found.confidence * DOUBT, 3))


def _voted(picture: Image.Image, found: Field) -> Field:
    """A number read a second time. Where the two differ, it is read in several sizes, and most
    readings decide: a letter that one size doubles or drops is rarely wrong in the others."""
    if _again(picture, found, *SECOND) == found.value:
        return found
    votes = Counter({found.value: 1})
    votes.update(text for look in LOOKS if _TOKEN.fullmatch(text := _again(picture, found, *look)))
    value = votes.most_common(1)[0][0]
    return replace(found, value=value, confidence=round(found.confidence * DOUBT, 3))


def _again(picture: Image.Image, found: Field, language: str, scale: float) -> str:
    return _digits(second_look(picture, found.box, language, scale)).strip(".,;:-")


def same_holder(read: str, known: str) -> bool:
    """Whether two names are of one holder: folded, without the words of its legal form."""
    return _bare(read) == _bare(known)


_FORMS = re.compile(
    r"\b(?:hop tac xa|htx|cong ty|cty|tnhh|trach nhiem huu han|co phan|cp|mtv|mot thanh vien"
    r"|ho kinh doanh|hkd|nong nghiep|nn|dich vu|dv"
    r"|doanh nghiep tu nhan|dntn|to hop tac|tht|lien hiep)\b|[^a-z0-9 ]"
)


def _bare(name: str) -> str:
    return " ".join(_FORMS.sub(" ", fold(name)).split())
