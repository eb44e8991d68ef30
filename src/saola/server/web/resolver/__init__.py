"""What a scanned code opens: the GS1 resolver and the page a buyer sees."""
