"""The office before a dossier: ideas, improvement, what products lack."""
