"""Digital signatures on papers: made ready, signed here or elsewhere, checked without a network."""
