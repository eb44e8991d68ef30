"""Many at once on PostgreSQL with sessions cut: make test-ha."""
