"""Numbers the Vietnamese way: decimal comma, points between thousands."""


def decimal_comma(text: str) -> str:
    """A plain decimal text with comma, thousands pointed: "1234.5" → "1.234,5"."""
    whole, point, decimals = text.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", ".")
    return f"{sign}{grouped}{',' if point else ''}{decimals}"
