"""Pages for every citizen: register, product, certificate, criteria."""
