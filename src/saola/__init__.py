"""Saola: the OCOP programme as law in data, lawful stars and the office around them."""

__version__ = "0.1.0"
