"""Slow suites: make test-slow."""
