"""Selling, as the producer keeps it."""
