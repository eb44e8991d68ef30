"""A dossier while offices look at it: samples, visits, tests."""
