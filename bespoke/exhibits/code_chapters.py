"""The chapters of ICD-10-CM under short names of their own."""

from __future__ import annotations

CHAPTERS = {
    "1": "Infections", "2": "Neoplasms", "3": "Blood", "4": "Endocrine, metabolic", "5": "Mental",
    "6": "Nervous system", "7": "Eye", "8": "Ear", "9": "Circulatory", "10": "Respiratory", "11": "Digestive",
    "12": "Skin", "13": "Musculoskeletal", "14": "Genitourinary", "15": "Pregnancy", "16": "Perinatal",
    "17": "Congenital", "18": "Symptoms, signs", "19": "Injury, poisoning", "20": "External causes",
    "21": "Health status factors", "22": "Special purposes", "": "none or unknown",
}  # fmt: skip


def chapter_name(chapter: str) -> str:
    return f"{chapter} {CHAPTERS[chapter]}".strip()
