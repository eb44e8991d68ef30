"""The command `saola-server`: Django's commands, plus `demo`, `serve` and `journal verify`."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command with Saola's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saola.server.config.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
