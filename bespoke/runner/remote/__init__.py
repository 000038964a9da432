"""Runs in another place: workers of a cluster, folders under an s3:// URL."""
