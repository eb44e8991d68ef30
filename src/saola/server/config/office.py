"""SAOLA_OCOP: what a province, or a house of several, sets for itself, as a TOML file over the
defaults of settings.OCOP; what it names must be known there, and be of the same kind."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saola.server.config.environment import Unsafe

# what a province of several may set for itself, under [provinces.11]
ITS_OWN = {
    "agency_name", "agency_head", "taste_in_writing", "answer_days", "answer_workdays",
    "clock_stops_on_request",
}  # fmt: skip
# tables with names of one's own
OPEN = {"answer_days": int, "trace_systems": str, "claim_roles": str}
CHOICES = {
    "extension_scope": ("transition_with_pending_renewal", "any_with_pending_renewal", "none"),
    "taste_in_writing": ("samples", "last_session", "meeting"),
}


def offices(defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the house. Raises Unsafe with the name of what is wrong."""
    path = os.environ.get("SAOLA_OCOP", "")
    if not path:
        return dict(defaults)
    try:
        told = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise Unsafe(f"SAOLA_OCOP: {fault}") from None
    provinces = told.pop("provinces", {})
    known = set(defaults) - {"provinces"}
    found = dict(defaults) | {name: _read(name, of, defaults, known) for name, of in told.items()}
    if not _is_code(found["province_code"]):
        raise Unsafe("SAOLA_OCOP: province_code must be two digits")
    if not isinstance(provinces, dict):
        raise Unsafe("SAOLA_OCOP: provinces are written as [provinces.11]")
    return found | {"provinces": {code: _own(code, of, found) for code, of in provinces.items()}}


def _is_code(text: str) -> bool:
    return re.fullmatch("[0-9]{2}", text) is not None


def _own(code: str, told: Any, defaults: Mapping[str, Any]) -> dict[str, Any]:
    if not (_is_code(code) and isinstance(told, dict)):
        raise Unsafe(f"SAOLA_OCOP: [provinces.{code}] must name a province by its two digits")
    return {name: _read(name, value, defaults, ITS_OWN) for name, value in told.items()}


def _read(name: str, value: Any, defaults: Mapping[str, Any], known: set[str]) -> Any:
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"; {near[0]}?" if near else ""
        raise Unsafe(f"SAOLA_OCOP: {name} is no setting here{hint}")
    default = defaults[name]
    if isinstance(default, tuple) and isinstance(value, list):
        value = tuple(value)
    if type(value) is not type(default):
        kind = {"tuple": "list", "dict": "table"}.get(
            type(default).__name__, type(default).__name__
        )
        raise Unsafe(f"SAOLA_OCOP: {name} must be of the kind {kind}")
    if name in OPEN:
        wrong = [key for key, of in value.items() if type(of) is not OPEN[name]]
        if wrong:
            raise Unsafe(f"SAOLA_OCOP: {name}.{wrong[0]} must be of the kind {OPEN[name].__name__}")
    elif isinstance(default, dict):
        return default | {key: _read(key, of, default, set(default)) for key, of in value.items()}
    if name in CHOICES and value not in CHOICES[name]:
        raise Unsafe(f"SAOLA_OCOP: {name} must be one of {', '.join(CHOICES[name])}")
    if isinstance(default, tuple) and default and {*map(type, value)} != {type(default[0])}:
        raise Unsafe(f"SAOLA_OCOP: {name} must list {type(default[0]).__name__}")
    return value
