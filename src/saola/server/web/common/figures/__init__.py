"""Numbers shown: as charts over tables, as files."""
