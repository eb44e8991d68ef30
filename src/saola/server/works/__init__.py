"""Long work in the background as people see it: see `progress`."""
