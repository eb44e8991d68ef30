"""Growing areas, goods and lots of producers, their log, holds and recalls."""
