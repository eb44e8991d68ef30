"""A dossier in the making: its parts, saving them, what it is born with."""
