"""Training data and customisation jobs."""
