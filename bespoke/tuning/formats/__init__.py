"""Training-data formats: read, written, detected and converted without silent loss.

detect(path).format                      which format a file is in, and why
format_named("openai_chat").write(...)   one example in a vendor's spelling
convert(source, "bedrock_claude", out)   a whole file, streaming, atomically
"""

from __future__ import annotations

from bespoke.tuning.formats.conversion import Conversion, convert
from bespoke.tuning.formats.detection import FORMATS, Detection, detect, format_named
from bespoke.tuning.formats.example import (
    ASSISTANT,
    HUMAN,
    TOOL,
    Example,
    Fault,
    RecordReading,
    ToolCall,
    TrainingRow,
    Turn,
)
from bespoke.tuning.formats.format import TrainingFormat
from bespoke.tuning.formats.rows import rows
from bespoke.tuning.formats.structure import structure

__all__ = [
    "ASSISTANT", "FORMATS", "HUMAN", "TOOL", "Conversion", "Detection", "Example", "Fault", "RecordReading",
    "ToolCall", "TrainingFormat", "TrainingRow", "Turn", "convert", "detect", "format_named", "rows", "structure",
]  # fmt: skip
