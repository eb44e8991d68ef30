"""The Vietnamese order of words and of people's names."""

import unicodedata

LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"": 0, "\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
VOWEL_MARKS = {"\u0306", "\u0302", "\u031b"}
ORDER = {letter: place for place, letter in enumerate(LETTERS, 10)}


def word_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Sort key: letters first (a ă â … d đ …), tones only where the letters are equal."""
    letters: list[int] = []
    tones: list[int] = []
    for char in unicodedata.normalize("NFC", text.lower()):
        base, tone = _without_tone(char)
        letters.append(ORDER.get(base, ord(base[0]) if base < "a" else 1000 + ord(base[0])))
        tones.append(tone)
    return tuple(letters), tuple(tones)


def _without_tone(char: str) -> tuple[str, int]:
    decomposed = unicodedata.normalize("NFD", char)
    tone = next((TONES[mark] for mark in decomposed if mark in TONES), 0)
    kept = decomposed[0] + "".join(mark for mark in decomposed[1:] if mark in VOWEL_MARKS)
    return unicodedata.normalize("NFC", kept), tone


def person_key(name: str) -> tuple[object, ...]:
    """Sort key of a person: by given name, the last word, then the rest."""
    *before, given = name.split() or [""]
    return word_key(given), tuple(word_key(word) for word in before)


def sort_text(text: str, length: int = 60) -> str:
    """`word_key` of the first letters as hexadecimal text, which every database and collation
    orders alike; at most 3 · `length` + 2 characters."""
    letters, tones = word_key(text[:length])
    return (
        "".join(f"{min(letter, 255):02x}" for letter in letters)
        + "00"
        + "".join(str(tone) for tone in tones)
    )
