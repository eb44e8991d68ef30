"""One folding for search and comparison on every database: no marks, đ→d, lower case."""

import unicodedata


def nfc(text: str) -> str:
    """Composed form, as every stored text has it; old systems and scans bring the other."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Text without tone and vowel marks, đ as d, lower case, blanks single: "Đường phên" →
    "duong phen". Equal for composed and decomposed input."""
    decomposed = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.split())
