"""Cloud Storage: where training data are put, and where trainings are announced."""
