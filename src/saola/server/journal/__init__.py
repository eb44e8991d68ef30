"""The unchangeable record of who did what."""
