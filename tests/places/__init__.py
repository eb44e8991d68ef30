"""Tests of saola.places."""
