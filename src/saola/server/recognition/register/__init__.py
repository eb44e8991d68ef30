"""The register as it is looked through, and as rows that go out."""
