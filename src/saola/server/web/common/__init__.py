"""What pages of every audience share; knows no area."""
