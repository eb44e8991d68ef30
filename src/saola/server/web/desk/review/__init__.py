"""The office while it looks at a dossier: Mẫu 03, samples, visits, tests."""
