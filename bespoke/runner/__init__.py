"""Runs the notebooks of a client in order, each in a kernel of its own."""
