"""Where the province stands against what it promised."""
