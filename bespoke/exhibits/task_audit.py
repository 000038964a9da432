"""Chapter 1 on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from bespoke import show
from bespoke.chapters.task_audit import Audit, RouteFit, TaskAudit
from bespoke.show import Column
from bespoke.show.numbers import decimal, money, percent
from bespoke.show.style import BLUE, GREY, INK, MUTED, ORANGE
from bespoke.statistics.interval import Interval

MARK = {"ready": "ready", "not ready": "not ready", "unknown": "not known"}
GAP = {
    "unmeasured": "not measured on enough cases",
    "met": "target met",
    "near": "within reach of the target",
    "far": "far from the target",
}


def finding(audit: Audit) -> None:
    """How many tasks miss their target, and what all of them cost a month."""
    behind = [task for task in audit.tasks if task.gap in ("near", "far")]
    unmeasured = [task for task in audit.tasks if task.gap == "unmeasured"]
    parts = [f"{_count(len(behind), len(audit.tasks))} short of target"]
    if unmeasured:
        verb = "is" if len(unmeasured) == 1 else "are"
        parts.append(f"{len(unmeasured)} {verb} not measured on enough cases")
    cost = money(audit.cost_per_month)
    show.finding("{parts}; all together cost {cost} a month at list price", parts=", ".join(parts), cost=cost)


def load(audit: Audit) -> None:
    """Volume, peak, tokens and spend per task."""
    show.table(
        [
            (
                t.name, t.model, t.requests_per_day, t.peak_per_second, t.tokens_per_request,
                t.tokens_per_month / 1e6, float(t.cost_per_month),
            )
            for t in audit.tasks
        ],
        label="tbl-audit-load",
        caption="What each task sends today, and its monthly bill without caching or batches",
        columns=(
            Column(key="name", title="Task"),
            Column(key="model", title="Model"),
            Column(key="day", title="Requests", unit="a day", format="integer"),
            Column(key="peak", title="Peak", unit="a second", format="decimal", digits=2),
            Column(key="tokens", title="Tokens", unit="a request", format="integer"),
            Column(key="month", title="Tokens", unit="million a month", format="integer"),
            Column(key="cost", title="Cost a month", unit="USD", format="money"),
        ),
        source="tasks.csv; prices from genai-prices, one request at a time",
    )  # fmt: skip


def load_text(audit: Audit) -> None:
    """Which task carries the bill."""
    dear = max(audit.tasks, key=lambda t: t.cost_per_month)
    total = audit.cost_per_month
    share = float(dear.cost_per_month / total) if total else 0.0
    show.text(
        "Every request was priced on its own, with its own prompt length, and then multiplied "
        "([the load](#tbl-audit-load)). **{name}** carries {share} of the {total} a month.",
        name=dear.name,
        share=percent(share),
        total=money(total),
    )


def gap_figure(audit: Audit) -> None:
    """Today's quality with its interval, and the target, per task."""
    tasks = [t for t in audit.tasks if t.current_quality is not None and t.target_quality is not None]
    if not tasks:
        return
    show.figure(
        _draw_gaps,
        [
            _Gap(t.name, t.gap, t.current_quality or 0.0, t.quality_interval, t.target_quality or 0.0)
            for t in tasks
        ],
        label="fig-audit-gap",
        caption=_gap_caption(tasks),
        alt="Dot plot of quality today against the target. " + " ".join(_gap_words(t) for t in tasks),
        source="tasks.csv; intervals after Wilson from the number of test cases",
    )


class _Gap(NamedTuple):
    """A task's quality today beside its target."""

    task: str
    state: str
    today: float
    interval: Interval | None
    target: float


def _draw_gaps(gaps: Sequence[_Gap]) -> Any:
    figure, axes = show.new_figure(0.8 + 0.42 * len(gaps))
    for y, gap in enumerate(reversed(gaps)):
        _gap_row(axes, y, gap)
    axes.set_yticks(range(len(gaps)), [gap.task for gap in reversed(gaps)])
    axes.set_ylim(-0.6, len(gaps) - 0.4)
    axes.set_xlim(min(0.4, *(gap.today for gap in gaps)) - 0.05, 1.02)
    axes.xaxis.set_major_formatter(lambda x, _: percent(x))
    axes.set_xlabel("quality on the task's own metric: today (dot, 95% interval) and target (bar)")
    return figure


def _gap_row(axes: Any, y: int, gap: _Gap) -> None:
    today, target = gap.today, gap.target
    colour = ORANGE if gap.state == "far" else GREY if gap.state == "unmeasured" else BLUE
    if gap.interval:
        axes.plot([gap.interval.low, gap.interval.high], [y, y], color=colour, lw=2.4, alpha=0.45)
    axes.plot(today, y, "o", color=colour, ms=7, zorder=3)
    axes.plot([target, target], [y - 0.28, y + 0.28], color=INK, lw=1.8, zorder=3)
    axes.annotate(percent(today), (today, y), (0, 7), textcoords="offset points", ha="center", color=INK)
    axes.annotate(percent(target), (target, y), (4, 7), textcoords="offset points", ha="left", color=MUTED)


def _gap_words(task: TaskAudit) -> str:
    return (
        f"{task.name}: {percent(task.current_quality or 0)} today, target {percent(task.target_quality or 0)}, "
        f"{GAP[task.gap]}."
    )


def _gap_caption(tasks: list[TaskAudit]) -> str:
    far = [t.name for t in tasks if t.gap == "far"]
    if far:
        return f"The widest gaps to close: {', '.join(far)}"
    return "No measured task is far from its target"


def latency(audit: Audit) -> None:
    """The latency requirement against what a shared model is expected to take."""
    show.table(
        [
            (t.name, t.p95_latency_ms, t.shared_p95_ms[0], t.shared_p95_ms[1], _latency_words(t))
            for t in audit.tasks
        ],
        label="tbl-audit-latency",
        caption="Latency: the requirement against what a shared API model is expected to take",
        columns=(
            Column(key="name", title="Task"),
            Column(key="need", title="Required p95", unit="ms", format="integer"),
            Column(key="low", title="Expected, low", unit="ms", format="integer"),
            Column(key="high", title="Expected, high", unit="ms", format="integer"),
            Column(key="verdict", title="Verdict"),
        ),
        source="tasks.csv; expected range assumed, not published: measure it from the client's region",
    )


def _latency_words(task: TaskAudit) -> str:
    if task.p95_latency_ms is None:
        return "no requirement"
    words = {
        True: "within reach",
        False: "out of reach of a shared model",
        None: "measure before relying on it",
    }
    return words[task.latency_reachable]


def questions(audit: Audit) -> None:
    """The five questions of readiness, per task."""
    order = [q.question for q in audit.tasks[0].questions]
    show.table(
        [(t.name, *(MARK[q.verdict] for q in t.questions), t.ready) for t in audit.tasks],
        label="tbl-audit-questions",
        caption="Five questions before any customisation: what is answered today",
        columns=(
            Column(key="name", title="Task"),
            *(Column(key=name, title=name.capitalize()) for name in order),
            Column(key="ready", title="Ready", unit="of 5", format="integer"),
        ),
        source="questions after Microsoft's fine-tuning questionnaire; answers from tasks.csv and failures.csv",
    )
    gaps = [
        (t.name, q.question, q.evidence) for t in audit.tasks for q in t.questions if q.verdict != "ready"
    ]
    if gaps:
        show.table(
            gaps,
            label="tbl-audit-open",
            caption=f"{len(gaps)} answers are still open or speak against customising now",
            columns=(
                Column(key="task", title="Task"),
                Column(key="question", title="Question"),
                Column(key="evidence", title="What was found"),
            ),
        )


def applicability(audit: Audit) -> None:
    """Tuned and hosted routes against each task, then every condition in the way."""
    routes = audit.tasks[0].fits
    show.table(
        [(fit.name, *(_fit_words(task.fits[i]) for task in audit.tasks)) for i, fit in enumerate(routes)],
        label="tbl-audit-fit",
        caption="Tuned and hosted routes: open, or how many conditions stand in the way",
        columns=(
            Column(key="route", title="Route"),
            *(Column(key=t.task_id, title=t.name) for t in audit.tasks),
        ),
        source="bespoke/facts/tables/gates.yaml and routes.yaml as of the report's date",
    )
    rows = _conditions(audit)
    if rows:
        show.table(
            rows,
            label="tbl-audit-conditions",
            caption="Every unmet and unknown condition, with the routes and tasks it concerns",
            columns=(
                Column(key="needs", title="Condition"),
                Column(key="found", title="What was found"),
                Column(key="routes", title="Routes"),
                Column(key="tasks", title="Tasks"),
            ),
            source="bespoke/facts/tables/gates.yaml and routes.yaml as of the report's date",
        )


def _fit_words(fit: RouteFit) -> str:
    if fit.unmet:
        return f"closed: {len(fit.unmet)} unmet"
    return f"open, {len(fit.unknown)} to confirm" if fit.unknown else "open"


def _conditions(audit: Audit) -> list[tuple[str, str, str, str]]:
    """Each unmet or unknown condition once, with what was found, and every route and task it concerns."""
    routes: dict[tuple[str, str], dict[str, None]] = {}
    tasks: dict[tuple[str, str], dict[str, None]] = {}
    for task in audit.tasks:
        for fit in task.fits:
            for outcome in (*fit.unmet, *fit.unknown):
                found = outcome.found if outcome.verdict == "unmet" else f"unknown: {outcome.found}"
                routes.setdefault((outcome.needs, found), {})[fit.name] = None
                tasks.setdefault((outcome.needs, found), {})[task.name] = None
    return [
        (
            needs,
            found,
            _all_or(names, len(audit.tasks[0].fits)),
            _all_or(tasks[needs, found], len(audit.tasks)),
        )
        for (needs, found), names in routes.items()
    ]


def _all_or(names: Iterable[str], every: int) -> str:
    found = list(names)
    return "all" if len(found) == every else "; ".join(found)


def applicability_text(audit: Audit) -> None:
    """How many routes are open to any task."""
    open_pairs = [(t.name, f.name) for t in audit.tasks for f in t.fits if f.fits]
    total = len(audit.tasks) * len(audit.tasks[0].fits)
    if not open_pairs:
        show.text(
            "No tuned or hosted route is open to any task today; [every reason](#tbl-audit-conditions) is listed."
        )
        return
    show.text(
        "Of {total} pairs of task and tuned or hosted route, {n} have no unmet condition "
        "([overview](#tbl-audit-fit), [all conditions](#tbl-audit-conditions)). "
        "Open does not mean advisable: the recommendation says which, if any, comes first.",
        total=decimal(total),
        n=decimal(len(open_pairs)),
    )


def _count(n: int, of: int) -> str:
    if n == 0:
        return "No measured task is"
    if n == of:
        return f"All {of} tasks are" if of > 1 else "The task is"
    return f"{n} of {of} tasks {'is' if n == 1 else 'are'}"
