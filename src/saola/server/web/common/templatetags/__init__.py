"""Tags of the shared pieces."""
