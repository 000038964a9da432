"""Refusals in ten languages, and sentences that are only sorry or report what someone could not do."""

from __future__ import annotations

import json

import pytest

from bespoke.chapters.dataset_readiness.refusals import refuses

REFUSALS = [
    "I'm sorry, but I can't help with that.", "I must decline to answer this.", "I'm sorry, I can't help with that.",
    "Unfortunately, I cannot provide that information.", "I must respectfully decline.", "I won't help with this.",
    "As an AI language model, I do not have opinions.", "I don't feel comfortable writing that.",
    "Sorry, but I can't assist with that request.", "It would be inappropriate for me to answer.",
    "I cannot in good conscience do so.", "I'm not able to share that.", "I am unable to assign a code.",
    "Es tut mir leid, dabei kann ich nicht helfen.", "Leider kann ich diese Frage nicht beantworten.",
    "Als KI darf ich keine Diagnosen stellen.", "Ich kann Ihnen dabei leider nicht helfen.",
    "Lo siento, no puedo ayudarle con eso.", "No puedo proporcionar esa información.",
    "Lamentablemente no me es posible responder.",
    "Je suis désolé, mais je ne peux pas répondre à cette question.", "Je ne suis pas en mesure de vous aider.",
    "Malheureusement, je ne peux pas vous fournir ces données.",
    "Mi dispiace, non posso aiutarti.", "Non sono in grado di rispondere.", "Purtroppo non posso fornire questi dati.",
    "Desculpe, não posso ajudar com isso.", "Infelizmente, não consigo responder a essa pergunta.",
    "Het spijt me, maar daar kan ik niet bij helpen.", "Helaas kan ik deze vraag niet beantwoorden.",
    "抱歉，我无法回答这个问题。", "对不起，我不能提供这些信息。", "作为一个人工智能语言模型，我没有意见。",
    "申し訳ありませんが、お答えできません。", "その質問にはお答えできません。",
    "죄송합니다. 그 요청은 도와드릴 수 없습니다.", "죄송하지만 답변할 수 없습니다.",
]  # fmt: skip
ANSWERS = [
    "Sorry states of affairs are described in the letter.", "We're sorry for the delay; your parcel arrives Friday.",
    "I'm sorry for your loss. The form is attached.", "I cannot recommend this restaurant enough!",
    "Unfortunately the shipment was delayed by two days.", "The patient is unable to walk.",
    "We cannot ship before Monday.", "I will not be in the office tomorrow.",
    "Leider hat der Patient die Medikamente nicht vertragen.", "Ich bin nicht sicher, ob es regnet.",
    "Das ist nicht richtig: 2 + 2 = 4.", "Lo siento mucho por su pérdida.", "No hay citas el lunes.",
    "Malheureusement, le colis n'est pas arrivé.", "Mi dispiace per il ritardo.", "我不能确定明天是否下雨。",
    "すみません、駅はどこですか。", "Helaas is de trein vertraagd.", "안녕하세요, 무엇을 도와드릴까요?",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_known_in_its_language(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize("text", [*ANSWERS, json.dumps({"diagnosis": "I10"})])
def test_an_answer_is_no_refusal(text: str) -> None:
    assert not refuses(text)
