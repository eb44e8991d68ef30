"""Tests of the server in a real browser."""
