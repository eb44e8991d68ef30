"""Tests of saola.lifecycle."""
