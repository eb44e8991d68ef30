"""What is read out of a council's records as a whole: marks, gaps, audit, package, scorers."""
