"""The language of every client's report: its sentences are English, and so are its numbers and dates.

A report whose fixed words alone follow another language would be half in one and half in the other; that choice is left
to whoever exports a notebook of their own (`--PDFExporter.language`).
"""

LANGUAGE = "en"
