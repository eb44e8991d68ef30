"""What is promised of speed and size, measured: `make bench`, or `python -m bench PART`."""
