"""The seed of everything that is drawn, so that the same inputs give the same bytes; notebooks may set another."""

SEED = 20261120
