"""Vertex AI: tuning jobs, and the Models and Endpoints that come of them."""
