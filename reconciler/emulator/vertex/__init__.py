"""Vertex AI as far as tuning goes: tuning jobs, and the models, endpoints and operations that come of them.

Written from the service's discovery document; what that leaves open is a switch in `Settings`.
"""
