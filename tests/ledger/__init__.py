"""Tests of saola.ledger."""
