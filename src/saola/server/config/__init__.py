"""Settings from the environment and the root of all addresses."""
