"""Build the pinned ICD-10-CM table from `simple-icd-10-cm` (MIT; April 2026 data). Run once: `make icd10`.

The library's leaves include 12 blocks without children and list 5 categories twice; without them the table
holds the official 74,719 billable codes. The output is sorted and carries no time stamp: same bytes each time.
"""

from __future__ import annotations

from bespoke.facts.icd10 import BILLABLE, TABLE, packed


def main() -> None:
    import simple_icd_10_cm as cm

    rows = []
    for code in sorted(set(cm.get_all_codes(True))):
        if cm.is_chapter(code) or (cm.is_block(code) and "-" in code):
            continue
        ancestors = [a for a in cm.get_ancestors(code) if a != code]  # a block of one category bears its name
        parent = ancestors[0] if ancestors and not _is_group(ancestors[0]) else ""
        terms = "; ".join(cm.get_inclusion_term(code))
        rows.append(
            (code, "1" if cm.is_leaf(code) else "0", parent, ancestors[-1], cm.get_description(code), terms)
        )
    billable = sum(row[1] == "1" for row in rows)
    if billable != BILLABLE:
        raise SystemExit(f"expected {BILLABLE} billable codes, found {billable}")
    TABLE.write_bytes(packed("\t".join(field.replace("\t", " ") for field in row) for row in rows))


def _is_group(code: str) -> bool:
    return "-" in code or code.isdigit()


if __name__ == "__main__":
    main()
