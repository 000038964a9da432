"""What the cases can show, what wrong gold would do, and which cases need no person: in words."""

from __future__ import annotations

from typing import Any

from bespoke.evaluation.result import Covered, LabelNoise, Power, Review, SystemResult, TaskEvaluation
from bespoke.exhibits.evaluation import verdicts
from bespoke.statistics.interval import Interval
from tests.shown_blocks import shown, words

SYSTEMS = tuple(
    SystemResult.model_construct(name=name, title=name.title()) for name in ("rag", "today", "critic")
)


def task(**given: Any) -> TaskEvaluation:
    found = {
        "task_id": "Routing",
        "name": "Routing mail",
        "systems": SYSTEMS,
        "power": None,
        "label_noise": (),
    }
    return TaskEvaluation.model_construct(**{**found, "review": None, **given})


POWER = Power(pair=("rag", "critic"), alone=0.25, among_all=0.5, discordant=0.18)


def test_the_power_is_told_in_points_of_the_pair_it_was_judged_by() -> None:
    (block,) = shown(verdicts.power_text, task(power=POWER))
    assert "how much Rag and Critic differ from case to case, a true difference of 25.0 points" in words(
        block
    )
    assert "if that pair alone were looked at, and one of 50.0 points among all" in words(block)
    assert "On 18% of the cases just one of the two is right as a whole." in words(block)
    (block,) = shown(verdicts.power_text, task(power=POWER.model_copy(update={"discordant": None})))
    assert "just one of the two" not in words(block)
    assert shown(verdicts.power_text, task()) == []


def test_what_wrong_gold_would_do_is_told_step_by_step_of_the_pair() -> None:
    noise = (LabelNoise(share=0.02, same_order=0.97), LabelNoise(share=0.1, same_order=0.8))
    (block,) = shown(verdicts.noise_text, task(power=POWER, label_noise=noise))
    assert "for the wrong one of Rag and Critic, the order of the two stays as it is" in words(block)
    assert "97% of the time with 2% of them wrong, 80% of the time with 10% of them wrong." in words(block)
    assert shown(verdicts.noise_text, task(power=POWER)) == []
    assert shown(verdicts.noise_text, task(label_noise=noise)) == []


def covered(share: float, cases: int, right: float) -> Covered:
    return Covered(
        share=share, cases=cases, accepted=Interval(estimate=right, low=right - 0.1, high=right + 0.05)
    )


def test_the_surest_cases_come_first_and_the_caption_tells_of_the_half() -> None:
    curve = (covered(0.1, 10, 0.9), covered(0.4, 40, 0.8), covered(0.55, 55, 0.7), covered(1.0, 100, 0.6))
    review = Review(system="rag", signal="runs", points=curve)
    (block,) = shown(verdicts.review_table, task(review=review))
    assert [row[:3] for row in block.rows] == [
        (0.1, 10, 0.9),
        (0.4, 40, 0.8),
        (0.55, 55, 0.7),
        (1.0, 100, 0.6),
    ]
    assert block.rows[0][3:] == (0.9 - 0.1, 0.9 + 0.05)
    assert block.caption == "Routing mail: of the surest 55% of the cases, 70% are right without review"
    assert block.source.startswith("Rag, ordered by how far its runs agree; chosen on the same cases")
    assert block.label == "tbl-evaluation-routing-review"
    assert [column.format for column in block.columns] == ["percent", "integer", *["percent"] * 3]
    assert shown(verdicts.review_table, task()) == []
