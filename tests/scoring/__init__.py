"""Tests of saola.scoring."""
