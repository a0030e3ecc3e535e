"""A local server of the services that models are tuned with, written from their published contracts alone.

A leaf: it imports nothing of the package outside itself, so that a mistake of our client cannot hide here.
"""
