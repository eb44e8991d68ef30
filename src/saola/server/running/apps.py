"""Makes the checks of a production start known."""

from django.apps import AppConfig


class Running(AppConfig):
    """Starting, ending, watching, keeping."""

    name = "saola.server.running"

    def ready(self) -> None:
        """Checks register themselves when they are read."""
        from saola.server.running import checks  # noqa: F401, PLC0415
