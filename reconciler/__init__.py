"""Reconcile tuned Gemini models with YAML manifests in git; this module holds only the version."""

__version__ = "0.1.0"
