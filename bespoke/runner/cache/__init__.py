"""What of a run is still current: the manifest of the last one against the inputs now."""
