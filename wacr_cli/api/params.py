"""Convert a Query to the query string of ``GET /messages``."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from wacr_cli.core.query import Query

Params = list[tuple[str, str]]


def list_params(query: Query, *, fields: tuple[str, ...] | None, direction: str | None = None) -> Params:
    """Return the parameters for filters, search, sort and fields, without the page.

    ``fields`` are the fields to request, which may be more than those of the query; ``direction`` replaces the query's
    filter on it.
    """
    params: Params = []
    for one in query.filters:
        if direction and one.field == "direction":
            continue
        params.append((_key(one.field, "" if one.operator == "eq" else one.operator), ",".join(one.values)))
    if direction:
        params.append((_key("direction", ""), direction))
    params += [(_key(raw.field, raw.operator), raw.value) for raw in query.raw_filters]
    if query.search is not None:
        params.append(("search", query.search))
    if query.sort is not None:
        params.append(("sort", query.sort))
    if fields:
        params.append(("fields", ",".join(fields)))
    return params


def window_params(page: int | None, per_page: int | None) -> Params:
    """Return the parameters for the page; None leaves a value to the API."""
    return [(name, str(value)) for name, value in (("page", page), ("per_page", per_page)) if value is not None]


def url(base_url: str, path: str, params: Params) -> str:
    """Return the URL of a call, in printable ASCII."""
    query = urlencode(params, quote_via=quote)
    return f"{base_url}/{path}?{query}" if query else f"{base_url}/{path}"


def _key(field: str, operator: str) -> str:
    return f"filter[{field}][{operator}]" if operator else f"filter[{field}]"
