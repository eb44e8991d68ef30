"""The office after recognition: letters, inspections, removals."""
