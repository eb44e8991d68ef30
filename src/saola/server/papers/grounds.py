"""Legal grounds (căn cứ) that papers open with: data with their days of force."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _all() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(
        (Path(__file__).parent / "grounds.json").read_text(encoding="utf-8")
    )
    return found


def grounds(*keys: str, on: date) -> list[str]:
    """ "Căn cứ Luật …;" for each ground that is in force on the day."""
    found = []
    for key in keys:
        ground = _all()[key]
        day = on.isoformat()
        if (ground["from"] or day) <= day <= (ground["to"] or day):
            found.append(f"Căn cứ {ground['text']};")
    return found
