"""Telex typed where no keyboard composes it: "chef shan tuyeets" is "chè shan tuyết"."""

import re

from saola.vietnamese.folding import fold

PAIRS = (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"), ("w", ""))
LONE_W = re.compile(r"(?<![aeiouy])w")  # stands for ư: "nwowcs"
# keys of tones: behind a vowel, where no syllable has these letters, or at the very end
TONE = re.compile(r"(?<=[aeiouy])[sfrxjz]|(?<=[aeiouy][cmnpt])[sfrxjz]$|(?<=[nc][gh])[sfrxjz]$")


def untelex(text: str) -> str:
    """The folded words that these keys of the Telex method mean; words that are none stay."""
    return " ".join(_word(word) for word in fold(text).split())


def _word(word: str) -> str:
    word = LONE_W.sub("u", word)
    for keys, letter in PAIRS:
        word = word.replace(keys, letter)
    return TONE.sub("", word)
