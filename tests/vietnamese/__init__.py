"""Tests of saola.vietnamese."""
