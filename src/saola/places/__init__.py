"""Communes and wards through time, as data with dates."""

from saola.places.units import PROVINCE_CODE, Change, Unit, changes, units, units_on

__all__ = ["PROVINCE_CODE", "Change", "Unit", "changes", "units", "units_on"]
