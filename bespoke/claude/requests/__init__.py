"""What is asked of a model: strategies, prompts, plans, and how an answer is read."""
