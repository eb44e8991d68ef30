"""What is kept only under a key: see `field`."""
