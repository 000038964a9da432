"""From executed notebooks to one report: Typst, PDF, HTML.

    from bespoke.report.report_cover import Cover
    from bespoke.report.report_files import render

    render([folder / "notebooks" / "01_task_audit.ipynb", ...], Cover(client="…", as_of=day), folder)

Importing either is cheap; the typesetter and the notebook reader are imported when first used.
"""
