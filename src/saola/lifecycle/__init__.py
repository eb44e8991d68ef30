"""Step tables: which act leads from which state to which, who may do it, and what must hold."""
