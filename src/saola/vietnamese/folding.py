"""One folding for search and comparison on every database: no marks, đ→d, lower case."""

import unicodedata

_LETTERS = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ"
# composed Vietnamese letters, letter by letter, so that places in a text stay what they are
PLAIN = {
    ord(form): unicodedata.normalize("NFD", letter.replace("đ", "d"))[0]
    for letter in _LETTERS
    for form in (letter, letter.upper())
} | {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def nfc(text: str) -> str:
    """Composed form, as every stored text has it; old systems and scans bring the other."""
    return unicodedata.normalize("NFC", text)


def unmarked(text: str) -> str:
    """Text without marks, letters large and small as they were: for what carries plain letters
    only."""
    decomposed = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def fold(text: str) -> str:
    """Text without tone and vowel marks, đ as d, lower case, blanks single: "Đường phên" →
    "duong phen". Equal for composed and decomposed input."""
    plain = text.translate(PLAIN)
    if not plain.isascii():  # decomposed input, or letters of other languages
        decomposed = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
        plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.split())
