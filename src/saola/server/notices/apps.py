"""Messages, and what listens for keys that come and go."""

from django.apps import AppConfig


class Notices(AppConfig):
    """The app of notices."""

    name = "saola.server.notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen."""
        from saola.server.notices import keys  # noqa: F401, PLC0415 - models must be loaded
