"""Stored files, by their hash."""
