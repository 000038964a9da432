"""Named scenarios of a client: saved, listed, laid side by side, kept and removed, by hand or in Explore."""
