"""Vietnamese text, numbers, dates and working days as people of the office write them."""
