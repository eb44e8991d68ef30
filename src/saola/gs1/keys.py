"""Check digits and check character pairs of GS1 keys (GS1 General Specifications, 7.9)."""

SET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
SET32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MODULUS = 1021


def check_digit(digits: str) -> str:
    """The digit behind `digits`: weights 3 and 1 in turn from the right, up to the next ten."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def with_check_digit(digits: str) -> str:
    """A whole key from all of its digits but the last."""
    return digits + check_digit(digits)


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


PRIMES = _primes(97)


def check_pair(text: str) -> str:
    """The two characters behind a Global Model Number: values of the characters in the set of 82,
    weighted by primes that rise from the right, modulo 1021, as two of 32 characters."""
    weighted = zip(reversed(text), PRIMES, strict=False)
    total = sum(SET82.index(character) * prime for character, prime in weighted) % MODULUS
    return SET32[total >> 5] + SET32[total & 31]
