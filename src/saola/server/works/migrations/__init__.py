"""Migrations of the works."""
