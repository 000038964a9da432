"""How fast we ask, how long we wait, and when we give up."""
