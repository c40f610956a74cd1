"""Statistics of the messages of an archive: how many, how fast we answer, what failed, when it is busy.

:func:`compute` returns a dict in the shape of the JSON output: ``topic``, ``period``, ``ignored`` and the fields of
the topic, see :data:`FIELDS`; ``groups`` has the same fields for each ``key``. Rates and shares are from 0 to 1, times
are in seconds, and both are null where there is nothing to judge.
"""

from __future__ import annotations

from typing import Any

from wacr_cli.core.counts import MessageCounts
from wacr_cli.statistics.messages import make_delivery, make_hours, make_volume
from wacr_cli.statistics.overview import make_overview
from wacr_cli.statistics.query import StatisticsQuery
from wacr_cli.statistics.response import make_contacts, make_response


def compute(store: MessageCounts, query: StatisticsQuery) -> dict[str, Any]:
    """Return the statistics of a topic."""
    make = {
        "overview": make_overview,
        "volume": make_volume,
        "delivery": make_delivery,
        "response": make_response,
        "hours": make_hours,
        "contacts": make_contacts,
    }[query.topic]
    head = {
        "topic": query.topic,
        "period": query.describe_period(),
        "ignored": store.count_ignored(query.messages),
    }
    return head | make(store, query)
