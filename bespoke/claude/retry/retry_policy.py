"""How long we wait, how often we ask again, and when we give up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RetryPolicy:
    """All in seconds, unless a name says otherwise. Choices of ours, not facts about a provider."""

    request_s: float = 600.0  # longest silence while an answer is computed
    connect_s: float = 10.0
    attempts: int = 8  # of one request that meets errors; rate limits do not count
    first_backoff_s: float = 0.5
    longest_backoff_s: float = 60.0  # also the most of a retry-after that is honoured at once
    waiting_s: float = 1800.0  # longest that one request stands in line for a rate limit
    drain_s: float = (
        1.0  # after an interrupt, for answers on their way; it ends within 3 s with all there is to write
    )
    first_poll_s: float = 2.0  # of a batch
    longest_poll_s: float = 60.0
    batch_grace_s: float = 60.0  # before a batch that nobody lists counts as never created
    lease_s: float = 60.0  # a run that has not shown life for this long is dead
    connections: int = 256
    lost_again: int = (
        2  # times that a request whose answer was lost is asked again by itself, within the budget
    )
    dry_requests: int = 5  # requests in a row that end unavailable before the run stops
