"""What people without an account send."""
