"""What a notebook's export has to say at its end: what stands in for what could not be printed."""

from __future__ import annotations

from dataclasses import dataclass, field

from bespoke.errors import BespokeError, Problem


@dataclass
class Notices:
    """Collected while a notebook is read. `strict` makes an error of an image that is missing or undescribed."""

    path: str
    strict: bool = True
    said: list[Problem] = field(default_factory=list)
    _wrong: list[Problem] = field(default_factory=list)

    def lost(self, cell: str, message: str) -> None:
        """An image that is not printed, or that nothing describes."""
        problem = Problem(self.path, None, cell, message, warning=not self.strict)
        into = self._wrong if self.strict else self.said
        if problem not in into:
            into.append(problem)

    def failed(self, cell: str, message: str) -> None:
        """A cell whose error nobody meant."""
        self._wrong.append(Problem(self.path, None, cell, message))

    def say(self, cell: str, message: str) -> None:
        """What else is printed otherwise than the notebook shows it."""
        problem = Problem(self.path, None, cell, message, warning=True)
        if problem not in self.said:
            self.said.append(problem)

    def settle(self) -> None:
        """Raises BespokeError with all that is wrong, not the first of it alone."""
        if self._wrong:
            raise BespokeError(self._wrong)
