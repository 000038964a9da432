"""Build the table of retired ICD-10-CM codes from order files of earlier releases.

    python -m bespoke.facts.build_retired FY2016=icd10cm_order_2016.txt FY2017=icd10cm_order_2017.txt …

Order files are what CMS and NCHS publish with every release (fixed width: number, code, whether billable,
short and long description). Name the releases oldest first. The output is sorted: same bytes each time.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from bespoke.facts.icd10 import code_set, normalised
from bespoke.facts.icd10_retired import COLUMNS, RELEASES, TABLE


def main(arguments: list[str]) -> None:
    named = [argument.partition("=") for argument in arguments]
    if tuple(name for name, _, _ in named) != RELEASES:
        raise SystemExit(f"expected the order files of {', '.join(RELEASES)}, each as NAME=path")
    codes = code_set()
    found: dict[str, tuple[str, str, str]] = {}
    for release, _, path in named:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            code = normalised(line[6:13])
            if line[14:15] == "1" and codes.validity(code) != "billable":
                found[code] = (code, release, line[77:].strip())
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(found[code] for code in sorted(found))
    TABLE.write_text(buffer.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
