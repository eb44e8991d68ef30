"""Council, session, score sheet, consolidated result."""
