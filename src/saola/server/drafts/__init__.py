"""Words and choices in the making: who changed which, so that nobody loses any."""
