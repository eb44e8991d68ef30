"""The producer's pages."""
