"""What a client's own cases say about the systems that answered them: no kind of task is known here."""
