"""Serial numbers of labels: 13 characters that nobody can guess and that need no list. Each is the
number of its roll and its place on the roll, mixed with a secret key; reading turns it back."""

from hashlib import blake2b

# Crockford's 32: no I, L, O, U; all of them in the alphanumeric mode of a QR code
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 13
PLACES = 2**25  # labels on one roll
ROLLS = 2**40
LEFT, RIGHT = 33, 32  # bits of the two halves
ROUNDS = 10
READ_AS = str.maketrans("abcdefghijklmnopqrstuvwxyzILOilo", "ABCDEFGH1JK1MN0PQRSTUVWXYZ110110")


class NoSerial(ValueError):
    """A text that no serial of ours can be."""


def _mixed(key: bytes, turn: int, half: int, bits: int) -> int:
    told = blake2b(half.to_bytes(5, "big"), key=key, digest_size=5, salt=bytes([turn]))
    return int.from_bytes(told.digest(), "big") & ((1 << bits) - 1)


def serial(key: bytes, roll: int, place: int) -> str:
    """The serial of the label at `place` (from 0) of `roll`; `key` has 16 to 64 secret bytes. An
    unbalanced Feistel network over 65 bits: one to one, so no serial comes twice."""
    if not 0 <= place < PLACES or not 0 <= roll < ROLLS:
        raise ValueError("roll or place out of range")
    number = roll * PLACES + place
    left, right = number >> RIGHT, number & ((1 << RIGHT) - 1)
    for turn in range(0, ROUNDS, 2):
        left ^= _mixed(key, turn, right, LEFT)
        right ^= _mixed(key, turn + 1, left, RIGHT)
    number = left << RIGHT | right
    return "".join(ALPHABET[number >> (5 * at) & 31] for at in range(LENGTH - 1, -1, -1))


def roll_and_place(key: bytes, text: str) -> tuple[int, int]:
    """Where a serial stands; NoSerial where the text cannot be one. Any 13 characters come out as
    some roll and place: whether that roll was ever made is for its keeper to say. Small letters,
    and I, L and O for 1 and 0, are read."""
    if len(text) != LENGTH:
        raise NoSerial(text)
    number = 0
    for character in text.translate(READ_AS):
        value = ALPHABET.find(character)
        if value < 0:
            raise NoSerial(text)
        number = number << 5 | value
    left, right = number >> RIGHT, number & ((1 << RIGHT) - 1)
    for turn in range(ROUNDS - 2, -1, -2):
        right ^= _mixed(key, turn + 1, left, RIGHT)
        left ^= _mixed(key, turn, right, LEFT)
    return divmod(left << RIGHT | right, PLACES)
