"""What a chapter is: one notebook, the pure function behind it, and what both need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke import paths
from bespoke.errors import BespokeError

if TYPE_CHECKING:
    from bespoke.results import Result


@dataclass(frozen=True)
class Chapter:
    """One notebook and the pure function behind it."""

    stem: str  # of the notebook, and of its result file
    module: str  # under bespoke.chapters
    result: str  # the Result class in it
    reads: tuple[str, ...]  # files and folders of the client folder
    needs: Mapping[str, str] = field(default_factory=dict)  # argument -> stem of the earlier chapter
    without: str = ""  # what to say when its input is missing
    of_one_field: bool = False  # then said in the notebook alone: most clients are of another field
    takes_long: bool = False  # then it begins before the others, in a run of all
    compute: str = "compute"  # in `module`
    package: str = "bespoke"  # of an added chapter: its package, laid out as ours
    after: str = ""  # of an added chapter: stem of the chapter it follows in the report
    leaves: tuple[str, ...] = ()  # files in the report folder beside its result
    explorer: str = ""  # of an added chapter: `module:Class` of its controls, where it has some

    @property
    def name(self) -> str:
        """The stem without its number: what exhibits and tables are called by."""
        return self.stem[3:]

    def notebook(self) -> Path:
        """The source notebook."""
        if self.package == "bespoke":
            return paths.notebooks() / f"{self.stem}.ipynb"
        return package_folder(self.package) / "notebooks" / f"{self.stem}.ipynb"

    def modules(self) -> tuple[str, str]:
        """Names of the modules that compute and that show."""
        return f"{self.package}.chapters.{self.module}", f"{self.package}.exhibits.{self.name}"

    def result_type(self) -> type[Result]:
        found: type[Result] = getattr(import_module(self.modules()[0]), self.result)
        return found

    def function(self) -> Callable[..., Result | None]:
        found: Callable[..., Result | None] = getattr(import_module(self.modules()[0]), self.compute)
        return found


def package_folder(package: str) -> Path:
    """Where a package's files lie, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise BespokeError(f"package {package} of a chapter is not installed")
    return Path(spec.submodule_search_locations[0])
