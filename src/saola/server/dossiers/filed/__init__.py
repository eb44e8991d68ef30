"""What was filed: versions, the whole in one file, slips of receiving."""
