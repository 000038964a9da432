"""Calls to models: strategies, request journal, budget, batches. Hands back plain predictions."""
