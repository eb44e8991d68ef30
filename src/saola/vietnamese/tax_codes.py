"""Vietnamese tax codes (mã số thuế) of enterprises: ten digits with a check digit, a branch's three
behind a dash. The twelve digits of a person are an identity number and no such code."""

WEIGHTS = (
    31,
    29,
    23,
    19,
    17,
    13,
    7,
    5,
    3,
)  # of the first nine digits; the tenth is 10 - sum mod 11
ENTERPRISE, BRANCH = 10, 3


def is_tax_code(text: str) -> bool:
    """Whether the text is a tax code, such as "0100047516" or "0100047516-001"."""
    whole, dash, branch = text.strip().partition("-")
    digits = whole + branch
    if not digits.isascii() or not digits.isdigit():
        return False
    if len(whole) != ENTERPRISE or len(branch) != (BRANCH if dash else 0):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, whole, strict=False))
    return 10 - total % 11 == int(whole[9])
