"""The cost chapter on the page."""

from bespoke.exhibits.cost_model.bill_exhibits import (
    accepted_table,
    build_up_figure,
    finding,
    overview_text,
    own_prices_callout,
    tasks_table,
    tasks_text,
)
from bespoke.exhibits.cost_model.option_exhibits import (
    life_table,
    route_tables,
    route_text,
    separation_text,
    unpriced_table,
)
from bespoke.exhibits.cost_model.uncertainty import notes_text, tornado_figure, unpublished_callout
from bespoke.exhibits.cost_model.volume import break_even_figure, break_even_table, caching_table
