"""A local server of the Gemini API's tuned models, written from the published contract alone.

A leaf: it imports nothing of the package outside itself, so that a mistake of our client cannot hide here.
"""
