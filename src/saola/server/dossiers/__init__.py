"""What a producer files for one product: registration, self-assessment, evidence, steps."""
