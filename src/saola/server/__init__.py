"""The office: pages and records around the library. Only this package knows Django."""
