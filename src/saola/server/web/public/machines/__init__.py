"""What machines read: the register as data, versions of it, the chain of events."""
