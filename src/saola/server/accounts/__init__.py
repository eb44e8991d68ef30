"""People, roles, permissions, grants, and the one question `can()`."""
