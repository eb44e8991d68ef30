"""Other systems: where goods are registered, and files in the forms that others ask for."""
