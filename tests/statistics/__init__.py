"""Tests of saola.statistics."""
