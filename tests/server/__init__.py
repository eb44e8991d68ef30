"""Tests of saola.server."""
