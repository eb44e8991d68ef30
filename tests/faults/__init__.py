"""Faults an operator meets: kills, broken-off starts, unsafe starts."""
