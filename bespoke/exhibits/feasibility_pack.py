"""The feasibility pack on the page."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.feasibility_pack import FeasibilityPack
from bespoke.chapters.recommendation import Recommendation
from bespoke.exhibits.masking_note import masked_text
from bespoke.show import Column
from bespoke.show.numbers import decimal, exact
from bespoke.show.style import FAMILY_NAME


def packs(result: Recommendation) -> None:
    """One pack per task for which the contract programme is the next step; one sentence where there is none."""
    if not result.packs:
        show.text("The contract programme is a step of no plan, so no pack is needed.")
    for index, pack in enumerate(result.packs, start=1):
        show.text(
            "For **{name}** the contract programme is a step of the plan. The account team will want this:",
            name=pack.name,
        )
        _pack_table(pack, index)
        _volume_table(pack, index)
        masked_text(pack.masked)


def _pack_table(pack: FeasibilityPack, index: int) -> None:
    families = ", ".join(
        f"{FAMILY_NAME[f].lower()} {n}" for f, n in sorted(pack.families.items(), key=lambda i: -i[1])
    )
    show.table(
        [
            ("Goal", pack.goal),
            ("Tried so far", pack.tried),
            ("Failure analysis", f"{decimal(pack.failures)} failing outputs: {families or 'none collected'}"),
            ("Most frequent failures", "; ".join(pack.frequent_codes) or "none coded"),
            ("Data", f"{decimal(pack.labelled_examples)} labelled examples stated for the task"),
            (
                "Data samples",
                f"{decimal(pack.sample_rows)} rows in the client's dataset files, {decimal(pack.sample_usable)} usable",
            ),
            ("Latency", pack.latency),
            *(("Safety", note) for note in pack.safety),
        ],
        label=f"tbl-feasibility-{index}",
        caption=f"Feasibility pack: {pack.name}",
        columns=(Column(key="what", title="Asked for"), Column(key="is", title="As it stands")),
        source="the task list, the failing outputs, the engagement and the training data",
    )


def _volume_table(pack: FeasibilityPack, index: int) -> None:
    show.table(
        [
            (f"{exact(v.multiple)} times today", v.requests_per_day, v.peak_per_second, v.tokens_per_month / 1e6)
            for v in pack.volumes
        ],
        label=f"tbl-feasibility-volume-{index}",
        caption=f"Volume projection: {pack.name}",
        columns=(
            Column(key="case", title="Volume"),
            Column(key="day", title="Requests", unit="a day", format="integer"),
            Column(key="peak", title="Peak", unit="a second", format="decimal", digits=2),
            Column(key="tokens", title="Tokens", unit="million a month", format="decimal", digits=1),
        ),
        source="the task list",
    )  # fmt: skip
