"""What a producer writes down of its goods: log, lots, labels."""
