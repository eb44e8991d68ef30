"""Telling people: campaigns with materials, down to the villages, and what they reached."""
