"""Kernels: one process that has imported the libraries, forked for each notebook, and papermill on top."""
