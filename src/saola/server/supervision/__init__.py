"""After recognition: petitions, complaints, citizens' reports, and inspections."""
