"""Text that lies in the database and its backups only sealed (Fernet: AES-128-CBC with HMAC)."""

from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

MARK = "gAAAA"  # how every token of Fernet's first version begins


class Unreadable(Exception):
    """A sealed text that none of the keys opens."""


@cache
def _seal(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def close(text: str) -> str:
    """The text under the first key; nothing stays nothing, so that it can be asked for."""
    return _seal(settings.FIELD_KEYS).encrypt(text.encode()).decode() if text else ""


def reveal(token: str) -> str:
    """The text again, by any of the keys; raises `Unreadable`."""
    try:
        return _seal(settings.FIELD_KEYS).decrypt(token).decode() if token else ""
    except InvalidToken:
        raise Unreadable("SAOLA_FIELD_KEYS holds no key that opens a kept field") from None


class SealedField(models.TextField):  # type: ignore[type-arg]
    """Reads and writes as text. It can be asked for emptiness, for nothing else: the same text
    is another token each time."""

    def from_db_value(self, value: str | None, *_told: Any) -> str | None:
        """From the database."""
        return None if value is None else reveal(value)

    def get_prep_value(self, value: Any) -> Any:
        """To the database."""
        return None if value is None else close(str(value))


def close_rows(model: type[models.Model], *names: str) -> None:
    """Seal what a table holds in the clear; a second run changes nothing. For migrations, whose
    field must still be plain."""
    for row in model._default_manager.only(*names).iterator(chunk_size=1000):
        fresh = {name: str(getattr(row, name)) for name in names}
        fresh = {name: close(text) for name, text in fresh.items() if not text.startswith(MARK)}
        if any(fresh.values()):
            model._default_manager.filter(pk=row.pk).update(**fresh)


def reveal_rows(model: type[models.Model], *names: str) -> None:
    """The way back."""
    for row in model._default_manager.only(*names).iterator(chunk_size=1000):
        fresh = {name: reveal(str(getattr(row, name))) for name in names}
        model._default_manager.filter(pk=row.pk).update(**fresh)
