"""Communes and provinces through time, numbers given by offices, holidays."""
