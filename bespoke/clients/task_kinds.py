"""Other words people have for the kinds of task, so that an unknown one is answered with the nearest."""

from __future__ import annotations

from collections.abc import Collection

from bespoke.clients.wording import bare

_MEANT = {
    "extraction": "structuring coding_of_notes information_extraction data_entry ocr parsing ner entities extract",
    "classification": "labelling labeling tagging categorisation categorization moderation sentiment scoring triage",
    "routing": "dispatch assignment queueing prioritisation prioritization escalation",
    "question_answering": "qa q&a rag faq answering knowledge_base helpdesk retrieval_augmented_generation",
    "drafting": "writing generation copywriting content email emails letters reports text_generation rewriting",
    "summarisation": "summarization summary summaries summarizing summarising minutes abstract",
    "code": "coding programming software development code_generation code_review refactoring tests autocomplete",
    "sql": "text_to_sql text2sql nl2sql query queries database analytics reporting",
    "agent": "agents agentic tool_use tools automation workflow assistant_with_tools computer_use orchestration",
    "translation": "translate translating localisation localization interpreting",
    "search": "retrieval ranking reranking semantic_search recommendation matching",
    "chat": "chatbot bot conversation dialogue assistant support customer_service copilot",
}
_KIND_OF = {word: kind for kind, words in _MEANT.items() for word in words.split()}


def meant(text: str, choices: Collection[str]) -> str | None:
    """The kind of task among the choices that somebody's own word for it stands for, if we know the word."""
    name = bare(text)
    for word in (name, *name.split("_")):
        kind = _KIND_OF.get(word) or (word if word in choices else None)
        if kind in choices:
            return kind
    return None
