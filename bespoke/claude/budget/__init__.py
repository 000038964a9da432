"""What requests cost: the quote before, the journal while they run, the summary after."""
