"""What machines call: the REST binding of EPCIS 2.0."""
