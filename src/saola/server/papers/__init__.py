"""Documents made from plain data: typst in, PDF out."""
