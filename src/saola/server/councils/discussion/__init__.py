"""Talking a product over again: what calls for it, what came of it."""
