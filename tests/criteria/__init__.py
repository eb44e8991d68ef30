"""Tests of saola.criteria."""
