"""The office after recognition: grievances, inspections, removals."""
