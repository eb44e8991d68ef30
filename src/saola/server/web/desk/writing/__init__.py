"""Administrative papers that an office writes: one place for all, each from what is recorded."""
