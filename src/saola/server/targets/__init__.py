"""What the province promised and where it stands; what a level takes; ways of products."""
