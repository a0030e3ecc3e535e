"""Figures, not tests: how long, how much memory, how many requests, beside Terraform in the same run."""
