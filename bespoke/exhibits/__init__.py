"""What each notebook shows: the tables, figures and sentences of a chapter, from its result."""
