"""Nouns of the domain: frozen values without I/O."""
