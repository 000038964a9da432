"""Predictions recorded by other tools, as the client folder holds them."""
