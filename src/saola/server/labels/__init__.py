"""Labels with serial numbers: reserved, printed, activated, spoiled; how often each was seen."""
