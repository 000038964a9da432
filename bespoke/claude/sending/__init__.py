"""How requests get to a provider and answers back: one by one, or as batches."""
