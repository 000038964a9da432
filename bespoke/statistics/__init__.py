"""Small pure functions of statistics; they know nothing of clients."""
