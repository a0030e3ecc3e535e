"""The way out: the port, and one package for each remote service."""
