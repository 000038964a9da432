"""Candidates for a note from the whole code set, and how many gold codes each stage finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bespoke.chapters.icd10_evaluation import note_sample
from bespoke.chapters.icd10_evaluation.decision import gold_codes, group_of
from bespoke.chapters.icd10_evaluation.result import RecallAt, Retrieval, StageRecallShare
from bespoke.chapters.icd10_evaluation.scores import count
from bespoke.clients.schema import Note
from bespoke.facts.icd10 import CodeSet, code_set
from bespoke.retrieval.dense import ABSENT, DenseIndex, Encoder, cache_folder, local_encoder
from bespoke.retrieval.rerank import Reranker
from bespoke.retrieval.stages import Nominated, Stages
from bespoke.statistics.clusters import Clusters

AT = (5, 10, 20, 50, 100)


class CandidateSearch:
    """Learns its order of candidates on training notes (none is fine); the code set itself is the corpus.

    `encoder` is a dense model; left out, a packaged one is used where it is installed, and without one the
    lexical stages stand alone. Pass `encoder=None` to leave it out on purpose.
    """

    def __init__(
        self,
        train: Sequence[Note],
        *,
        codes: CodeSet | None = None,
        encoder: Encoder | str | None = "packaged",
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        codes = codes or code_set()
        model = local_encoder() if isinstance(encoder, str) else encoder
        self.dense_name = model.name if model else ABSENT
        self.has_dense = model is not None
        index = DenseIndex(codes, model, cache_folder(), say) if model else None
        self.stages = Stages(codes, index)
        self.reranker = Reranker()
        self.reranker.learn(train, self.stages.nominate)

    def candidates(self, notes: Sequence[Note], count: int) -> list[tuple[str, ...]]:
        """The `count` most credible codes for every note, best first."""
        return [tuple(self.reranker.order(known)[:count]) for known in self.stages.nominate(notes)]

    def report(self, notes: Sequence[Note], *, seed: int = 0) -> Retrieval:
        """Recall of every stage on the notes' gold codes, and of their fusion and reranking. Intervals by groups.

        Of more than `note_sample.MOST` notes a random part is searched for.
        """
        notes = [notes[i] for i in note_sample.places(notes, seed)]
        gold = [gold_codes(note) for note in notes]
        nominated = self.stages.nominate(notes)
        clusters = Clusters([group_of(note) for note in notes], seed=seed)
        return Retrieval(
            dense=self.dense_name,
            has_dense=self.has_dense,
            reranker_learnt=self.reranker.learnt,
            notes=len(notes),
            gold_codes=sum(map(len, gold)),
            stages=tuple(
                StageRecallShare(stage=stage, at=_recall(found, gold, clusters))
                for stage, found in self._orders(nominated)
            ),
        )

    def _orders(self, nominated: Sequence[Nominated]) -> list[tuple[str, list[list[str]]]]:
        orders = [(name, [known.rankings[name] for known in nominated]) for name in self.stages.names]
        orders.append(("fused", [known.order for known in nominated]))
        if self.reranker.learnt:
            orders.append(("reranked", [self.reranker.order(known) for known in nominated]))
        return orders


def _recall(
    found: Sequence[Sequence[str]], gold: Sequence[frozenset[str]], clusters: Clusters
) -> tuple[RecallAt, ...]:
    tops = {k: count(gold, [frozenset(codes[:k]) for codes in found]).recall for k in AT}
    return tuple(RecallAt(k=k, recall=clusters.interval(top)) for k, top in tops.items())
