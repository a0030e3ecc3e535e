"""The way in: YAML manifests and dataset files become Desired values."""
