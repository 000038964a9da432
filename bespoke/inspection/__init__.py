"""Questions about finished reports: where a figure comes from, what changed, how all clients stand."""
