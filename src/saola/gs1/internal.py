"""Numbers for goods of producers without a company prefix: GS1's restricted circulation numbers,
good within the province that gives them and nowhere else."""

from saola.gs1.keys import with_check_digit

# GS1 General Specifications 2.1.11: 20 to 29 at the beginning of a GTIN-13 are for restricted use
# within a region
PREFIX = "29"
MOST = 10**10


def internal_gtin(number: int) -> str:
    """The number-th restricted number, as 14 digits; `number` from 0 below 10¹⁰."""
    if not 0 <= number < MOST:
        raise ValueError("number out of range")
    return "0" + with_check_digit(f"{PREFIX}{number:010}")


def is_internal(gtin: str) -> bool:
    """Whether a GTIN of 14 digits is for restricted circulation: no other system knows it."""
    return len(gtin) == 14 and gtin.startswith(("02", "002", "004"))
