"""How the whole stands: what machines and the operator look at."""
