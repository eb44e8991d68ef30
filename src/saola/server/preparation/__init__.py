"""Before a dossier: ideas, yearly plans, improvement of products."""
