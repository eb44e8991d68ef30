"""The officer's pages: commune, agency, advisory team, leaders."""
