"""Producers and their products."""
