"""Named scenarios in an Explore section: save what is explored under a name, go back to it, lay them side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as w

from bespoke import clients
from bespoke.chapters import scenarios as compared
from bespoke.clients.scenarios import Scenario
from bespoke.exhibits import scenarios as shown
from bespoke.explore.look import line, page, problems_in
from bespoke.scenarios import saving
from bespoke.show.html import fragment

if TYPE_CHECKING:
    from bespoke.explore.panel import Panel


class ScenarioBar:
    """`box` is the widget. The scenarios are files of the client folder, the same that `bespoke scenario` shows."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        auto = {"layout": w.Layout(width="auto")}
        self.name = w.Text(placeholder="Name, such as Twice the volume", layout=w.Layout(width="18em"))
        self.save = w.Button(description="Save as scenario", icon="bookmark", **auto)
        self.chosen = w.SelectMultiple(layout=w.Layout(width="18em"))
        self.explore = w.Button(description="Explore it", tooltip="Put its values on the controls", **auto)
        self.compare = w.Button(
            description="Compare", icon="columns", tooltip="Those marked, or all, up to four", **auto
        )
        self.remove = w.Button(description="Remove", icon="trash", **auto)
        self.said, self.view = w.HTML(), w.HTML(layout=w.Layout(width="100%"))
        for button, action in (
            (self.save, self.keep_as), (self.explore, self.put_on), (self.compare, self.side_by_side),
            (self.remove, self.take_away),
        ):  # fmt: skip
            button.on_click(lambda _, action=action: self._safely(action))
        self.listed = w.HBox([self.chosen, w.VBox([self.explore, self.compare, self.remove])])
        self.box = w.VBox([w.HBox([self.name, self.save, self.said]), self.listed, self.view])
        self.box.add_class("bespoke-scenarios")
        self.refresh()

    def refresh(self) -> None:
        """Those of the client as it was read last."""
        there = self._scenarios()
        self.chosen.options = [(one.title, one.name) for one in there]
        self.chosen.rows = max(2, min(5, len(there)))
        self.listed.layout.display = "" if there else "none"
        self.save.disabled = not self.panel.changes

    def keep_as(self) -> None:
        """Save the explored values; a name that is taken is saved again."""
        client, name = self.panel.explorer.base.client, self.name.value.strip()
        if not name:
            self.said.value = line("Name it first.")
            return
        path = saving.save(client, name, self.panel.proposed(), again=True)
        self.reread()
        self.said.value = line(f"Saved as scenarios/{path.name}; the next report shows it.")
        self.name.value = ""

    def put_on(self) -> None:
        """The values of the one that is marked, on the controls."""
        one = self._marked()[:1]
        if not one:
            self.said.value = line("Mark one first.")
            return
        self.panel.put_on(one[0].changes)
        self.said.value = line(f"On the controls: {one[0].title}.")

    def side_by_side(self) -> None:
        """The whole advice under each, as the report has it."""
        self.said.value = line("Computing, a few seconds for each…")
        book, chosen = self.panel.explorer.book, self._marked() or self._scenarios()
        found = compared.compute(book.client, book.facts, book.earlier, chosen)
        assert found is not None  # there is one to be marked
        self.view.value = page("".join(map(fragment, shown.tables(found))))
        left = f"No room for {', '.join(found.others)}." if found.others else ""
        self.said.value = line("\n".join([*shown.moved_lines(found), left]).strip())

    def take_away(self) -> None:
        """Delete the files of those that are marked."""
        marked = self._marked()
        for one in marked:
            saving.remove(self.panel.explorer.base.client, one)
        self.reread()
        titles = ", ".join(one.title for one in marked)
        self.said.value = line(f"Removed: {titles}." if marked else "Mark one first.")

    def _scenarios(self) -> tuple[Scenario, ...]:
        return self.panel.explorer.base.client.scenarios

    def _marked(self) -> list[Scenario]:
        return [one for one in self._scenarios() if one.name in self.chosen.value]

    def reread(self) -> None:
        """The client's scenarios as they lie there now; its other values stay as they were read."""
        folder = self.panel.explorer.base.client.folder
        self.panel.take_scenarios(clients.load(folder.parent, folder.name).scenarios)
        self.view.value = ""
        self.refresh()

    def _safely(self, action: Callable[[], None]) -> None:
        with problems_in(self.said):
            action()
