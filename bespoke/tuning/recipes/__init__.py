"""A complete recipe to train an open-weight model with LoRA: data, settings, chat template, evaluation.

`bespoke tune export --model lora` writes a folder; `python -m bespoke.tuning.recipes FOLDER` trains from it on
a machine with the extra `lora` (torch, transformers, peft, trl).
"""
