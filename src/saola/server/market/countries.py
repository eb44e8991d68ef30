"""Vietnamese names of countries and territories (ISO 3166-1), with their source in the file."""

import json
from functools import cache
from importlib import resources


@cache
def country_names() -> dict[str, str]:
    """By code of two letters."""
    text = resources.files("saola.server.market").joinpath("countries.json").read_text("utf-8")
    names: dict[str, str] = json.loads(text)["names"]
    return names
