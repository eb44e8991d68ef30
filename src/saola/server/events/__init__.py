"""The EPCIS repository: events kept for good, jobs that capture them, who may read and write."""
