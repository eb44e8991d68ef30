"""Text of the old Vietnamese fonts (TCVN3 "ABC" and VNI) told apart and turned into Unicode."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Literal

Encoding = Literal["unicode", "tcvn3", "vni"]

_VOWELS = {  # tones in the order huyền, hỏi, ngã, sắc, nặng
    "a": "àảãáạ",
    "ă": "ằẳẵắặ",
    "â": "ầẩẫấậ",
    "e": "èẻẽéẹ",
    "ê": "ềểễếệ",
    "i": "ìỉĩíị",
    "o": "òỏõóọ",
    "ô": "ồổỗốộ",
    "ơ": "ờởỡớợ",
    "u": "ùủũúụ",
    "ư": "ừửữứự",
    "y": "ỳỷỹýỵ",
}
# TCVN 5712:1993, font table 3, as its bytes look in Windows-1252
_TCVN3 = {
    "ă": "¨", "â": "©", "ê": "ª", "ô": "«", "ơ": "¬", "ư": "\xad", "đ": "®",
    "Ă": "¡", "Â": "¢", "Ê": "£", "Ô": "¤", "Ơ": "¥", "Ư": "¦", "Đ": "§",
    **dict(zip(_VOWELS["a"], "µ¶·¸¹", strict=True)),
    **dict(zip(_VOWELS["ă"], "»¼½¾Æ", strict=True)),
    **dict(zip(_VOWELS["â"], "ÇÈÉÊË", strict=True)),
    **dict(zip(_VOWELS["e"], "ÌÎÏÐÑ", strict=True)),
    **dict(zip(_VOWELS["ê"], "ÒÓÔÕÖ", strict=True)),
    **dict(zip(_VOWELS["i"], "×ØÜÝÞ", strict=True)),
    **dict(zip(_VOWELS["o"], "ßáâãä", strict=True)),
    **dict(zip(_VOWELS["ô"], "åæçèé", strict=True)),
    **dict(zip(_VOWELS["ơ"], "êëìíî", strict=True)),
    **dict(zip(_VOWELS["u"], "ïñòóô", strict=True)),
    **dict(zip(_VOWELS["ư"], "õö÷øù", strict=True)),
    **dict(zip(_VOWELS["y"], "úûüýþ", strict=True)),
}  # fmt: skip
# VNI writes most letters as a base and a mark behind it
_VNI_MARKS = {"": "øûõùï", "ă": "èúüéë", "â": "àåãáä"}
_VNI_ALONE = {
    "i": "ìæóíò",
    "ỵ": "î",
    "ơ": "ô",
    "ư": "ö",
    "đ": "ñ",
}


@cache
def _tcvn3() -> dict[int, str]:
    return {ord(code): letter for letter, code in _TCVN3.items()}


@cache
def _vni() -> dict[str, str]:
    """Pairs and single signs of VNI, both cases."""
    table: dict[str, str] = {}
    for vowel, toned in _VOWELS.items():
        if vowel == "i":
            table |= dict(zip(_VNI_ALONE["i"], toned, strict=True))
            continue
        base, marks = {
            "ă": ("a", _VNI_MARKS["ă"]),
            "â": ("a", _VNI_MARKS["â"]),
            "ê": ("e", _VNI_MARKS["â"]),
            "ô": ("o", _VNI_MARKS["â"]),
            "ơ": ("ô", _VNI_MARKS[""]),
            "ư": ("ö", _VNI_MARKS[""]),
        }.get(vowel, (vowel, _VNI_MARKS[""]))
        table |= {base + mark: letter for mark, letter in zip(marks, toned, strict=True)}
    table |= {"aê": "ă", "aâ": "â", "eâ": "ê", "oâ": "ô"}
    table |= {sign: letter for letter, sign in _VNI_ALONE.items() if letter != "i"}
    upper = {key.upper(): letter.upper() for key, letter in table.items()}
    mixed = {key[0].upper() + key[1:]: v.upper() for key, v in table.items() if len(key) == 2}
    return mixed | upper | table


@cache
def _vni_pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _vni()), key=len, reverse=True)))


def from_tcvn3(text: str) -> str:
    """TCVN3 read as Windows-1252, in Unicode. Capitals come from a font, not from the code: a
    word whose plain letters are capitals is made all capitals."""
    return _recased(text, text.translate(_tcvn3()))


def from_vni(text: str) -> str:
    """VNI read as Windows-1252, in Unicode."""
    found = _vni_pattern().sub(lambda pair: _vni()[pair[0]], text)
    return _recased(text, found)


def _recased(before: str, after: str) -> str:
    letters = [c for c in before if c.isascii() and c.isalpha()]
    if len(letters) > 3 and all(c.isupper() for c in letters):
        return after.upper()
    words = []
    for old, new in zip(re.split(r"(\s+)", before), re.split(r"(\s+)", after), strict=True):
        plain = [c for c in old if c.isascii() and c.isalpha()]
        words.append(new.upper() if len(plain) > 1 and all(c.isupper() for c in plain) else new)
    return "".join(words)


_ONSETS = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x"
# vowel groups of Vietnamese, and which of their letters may carry the tone
_GROUPS = {  # places of the tone → groups
    (0,): "a ă â e ê i o ô ơ u ư y ai ao au ay âu ây eo êu ia iu oi ôi ơi ua ui ưa ưi ưu",
    (0, 1): "oa oe uy",
    (1,): "oă uâ uê uơ iê yê uô ươ iêu yêu oai oao oay oeo uây uêu uôi ươi ươu uya uyu",
    (2,): "uyê",
}
_NUCLEI = {group: places for places, groups in _GROUPS.items() for group in groups.split()}
_SYLLABLE = re.compile(rf"(?:{_ONSETS})?([aăâeêioôơuưy]{{1,3}})(?:ch|ng|nh|c|k|m|n|p|t)?")


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether a word is written as one Vietnamese syllable: a known vowel group, at most one tone
    and in its place, one of the usual cases."""
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    bare, toned = "", []
    for letter in unicodedata.normalize("NFC", word.lower()):
        parts = unicodedata.normalize("NFD", letter)
        tones = [mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323"]
        toned += [len(bare)] * len(tones)
        bare += unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones))
    if len(toned) > 1:
        return False
    for found in _readings(bare):
        places = _NUCLEI.get(found[1])
        if places and all(at - found.start(1) in places for at in toned):
            return True
    return False


def _readings(bare: str) -> Iterator[re.Match[str]]:
    """Ways to split a word; "gi" is an onset, or an onset with a vowel."""
    whole = _SYLLABLE.fullmatch(bare)
    if whole:
        yield whole
    plain = re.fullmatch(r"g([aăâeêioôơuưy]{1,3})(?:ch|ng|nh|c|k|m|n|p|t)?", bare)
    if plain:
        yield plain


def _is_abbreviation(word: str) -> bool:
    """ "QĐ", "ĐKKD": capitals without a vowel."""
    return word.isupper() and all(letter in "BCDĐGHKLMNPQRSTVX" for letter in word)


def _score(text: str) -> float:
    """Share of the words that are Vietnamese; words of ASCII alone tell nothing."""
    words = [w for w in re.findall(r"[^\s\d.,;:()/\-–\"'!?%&+]+", text) if not w.isascii()]
    good = sum(is_syllable(word) or _is_abbreviation(word) for word in words)
    return good / len(words) if words else 1.0


def to_unicode(text: str, usual: Encoding = "unicode") -> tuple[str, Encoding]:
    """The text in composed Unicode, and what it was written in.

    Old text shows by words that are no syllables as they stand and become syllables when read
    with an old table; anything else is left as it is. `usual` is the encoding of the text around:
    it decides about a text that reads well both ways.
    """
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii():
        return composed, "unicode"
    as_it_stands = _score(composed)
    best: tuple[float, str, Encoding] = (as_it_stands, composed, "unicode")
    old: tuple[tuple[str, Encoding], ...] = (
        (from_tcvn3(composed), "tcvn3"),
        (from_vni(composed), "vni"),
    )
    for made, name in old:
        score = _score(made)
        if made != composed and name == usual and score >= as_it_stands:
            return made, name
        if as_it_stands < 1 and score > best[0] + 0.3:
            best = (score, made, name)
    return best[1], best[2]
