"""The query: what flags may say, what they become, and how the question reads in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.core import models
from wacr_cli.core.errors import UsageError
from wacr_cli.core.query import (
    Filter,
    Query,
    RawFilter,
    hint_for_type,
    parse_fields,
    parse_filter,
    parse_raw_filter,
    parse_search,
)
from wacr_cli.core.validation import choice, did_you_mean, option_name, parse_id, truncate

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def type_is(*values: str) -> Filter:
    """A filter on any of some types."""
    return Filter("type", "in" if len(values) > 1 else "eq", values)


class TestFilter:
    """``[OP:]VALUE[,VALUE…]``, given once or more."""

    @pytest.mark.parametrize(
        ("words", "operator", "values"),
        [
            (["text"], "eq", ("text",)),
            (["text,image"], "in", ("text", "image")),
            (["ne:text"], "ne", ("text",)),
            (["in:text"], "in", ("text",)),
            (["in:text,image"], "in", ("text", "image")),
            (["not_in:text,image"], "not_in", ("text", "image")),
            (["not_in:text"], "not_in", ("text",)),
            ([" text , image "], "in", ("text", "image")),
            (["ne: text"], "ne", ("text",)),
            (["text,text"], "in", ("text",)),
            (["in:image,text,image"], "in", ("image", "text")),
        ],
    )
    def test_one_word(self, words: list[str], operator: str, values: tuple[str, ...]) -> None:
        """One word is an exact match, a comma makes it any of them, a prefix is the operator; values count once."""
        assert parse_filter("type", words) == Filter("type", operator, values)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("words", "operator", "values"),
        [
            (["text", "image"], "in", ("text", "image")),
            (["text", "text"], "in", ("text",)),
            (["text", "in:image,video"], "in", ("text", "image", "video")),
            (["text,image", "video"], "in", ("text", "image", "video")),
            (["ne:text", "ne:image"], "not_in", ("text", "image")),
            (["ne:text", "not_in:image,video"], "not_in", ("text", "image", "video")),
            (["not_in:text", "not_in:text"], "not_in", ("text",)),
        ],
    )
    def test_repeated(self, words: list[str], operator: str, values: tuple[str, ...]) -> None:
        """A flag given again gathers its values, in the order given."""
        assert parse_filter("type", words) == Filter("type", operator, values)  # type: ignore[arg-type]

    def test_absent(self) -> None:
        """A flag that was not given filters nothing."""
        assert parse_filter("type", []) is None

    @pytest.mark.parametrize("words", [["text", "ne:image"], ["not_in:text", "image"], ["in:text", "ne:image"]])
    @pytest.mark.parametrize("field", ["type", "interaction_id"])
    def test_mixed(self, field: str, words: list[str]) -> None:
        """Values to keep beside values to leave out are refused, naming the flag and both ways to say it."""
        with pytest.raises(UsageError) as caught:
            parse_filter(field, words)
        assert caught.value.message.startswith(f"{option_name(field)}: ")
        assert f"{option_name(field)} in:" in caught.value.hint
        assert f"{option_name(field)} not_in:" in caught.value.hint

    @pytest.mark.parametrize(
        ("word", "near"), [("nin:text", "in"), ("not:text", "not_in"), ("notin:a", "not_in"), ("NE:text", "ne")]
    )
    def test_unknown_operator(self, word: str, near: str) -> None:
        """An operator that there is not is named, with the nearest one."""
        with pytest.raises(UsageError, match="--type: unknown operator") as caught:
            parse_filter("type", [word])
        assert caught.value.message.endswith(f"; did you mean {near}?")
        assert "ne, in or not_in" in caught.value.hint

    @pytest.mark.parametrize("word", ["gte:5", "http://x", ":text", "eq:text", "like:text"])
    def test_operators_of_elsewhere(self, word: str) -> None:
        """The operators are those three; a value with a colon is sent round by --filter."""
        with pytest.raises(UsageError, match="unknown operator") as caught:
            parse_filter("interaction_id", [word])
        assert "use --filter" in caught.value.hint

    @pytest.mark.parametrize("values", ["a,b", "a,b,c"])
    def test_ne_takes_one(self, values: str) -> None:
        """``ne`` takes one value; the hint is the same wish as ``not_in``."""
        with pytest.raises(UsageError, match="--type: ne takes one value") as caught:
            parse_filter("type", [f"ne:{values}"])
        assert f"--type not_in:{values}" in caught.value.hint

    @pytest.mark.parametrize("word", ["", " ", ",", "a,", ",a", "a,,b", "in:", "ne:", "not_in:a,", "in:,", "ne: "])
    @pytest.mark.parametrize("field", ["type", "status", "direction", "interaction_id"])
    def test_empty_value(self, field: str, word: str) -> None:
        """A value of nothing is refused, naming the flag: the service would take it for no filter at all."""
        with pytest.raises(UsageError, match=f"^{option_name(field)}: empty value"):
            parse_filter(field, [word])

    @pytest.mark.parametrize(
        ("field", "word", "near"),
        [
            ("direction", "inbond", "inbound"),
            ("direction", "OUTBOUND", "outbound"),
            ("direction", "ne:outbund", "outbound"),
            ("status", "faild", "failed"),
            ("status", "Read", "read"),
            ("status", "sent,deliverd", "delivered"),
        ],
    )
    def test_closed_sets(self, field: str, word: str, near: str) -> None:
        """A value outside a closed set is refused with the nearest one."""
        with pytest.raises(UsageError) as caught:
            parse_filter(field, [word])
        assert caught.value.message.startswith(f"--{field}: ")
        assert f"did you mean {near}?" in caught.value.message

    def test_status_has_a_way_round(self) -> None:
        """The API may know a status that wacr does not, so the hint says how to send it all the same."""
        with pytest.raises(UsageError) as caught:
            parse_filter("status", ["queued"])
        assert "--filter 'status=VALUE'" in caught.value.hint
        assert all(status in caught.value.hint for status in models.STATUSES)

    def test_types_are_open(self) -> None:
        """Any type is passed on."""
        assert parse_filter("type", ["sticker,location"]) == Filter("type", "in", ("sticker", "location"))

    @pytest.mark.parametrize(
        ("words", "values"), [(["7"], ("7",)), (["007"], ("7",)), (["in:3,03, 5"], ("3", "5")), (["ne:12"], ("12",))]
    )
    def test_ids(self, words: list[str], values: tuple[str, ...]) -> None:
        """Conversations are whole numbers, written as such."""
        parsed = parse_filter("interaction_id", words)
        assert parsed
        assert parsed.values == values

    @pytest.mark.parametrize(
        "word",
        [
            "0",
            "-1",
            "+1",
            "1.0",
            "abc",
            "1e3",
            "0x10",
            "٣",
            "²",
            "1_000",
            "9223372036854775808",
            "9" * 5000,
            "1;2",
            "null",
        ],
    )
    def test_bad_ids(self, word: str) -> None:
        """What no 64-bit id can be is refused, however long it is, in a line that can be read."""
        with pytest.raises(UsageError, match=r"^--interaction-id: not an id") as caught:
            parse_filter("interaction_id", [word])
        assert len(caught.value.message) < 150

    @pytest.mark.parametrize("field", ["type", "status"])
    def test_not_utf8(self, field: str) -> None:
        """Bytes of another encoding can't be sent, and are refused."""
        with pytest.raises(UsageError, match=f"^--{field}: not valid UTF-8"):
            parse_filter(field, ["caf\udce9"])

    @settings(deadline=None)
    @given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters=",:")), min_size=1))
    def test_values_come_through(self, values: list[str]) -> None:
        """Whatever has no comma and no colon comes through but for blanks around it, or is refused as empty."""
        wanted = tuple(dict.fromkeys(value.strip() for value in values))
        if all(wanted):
            parsed = parse_filter("type", values)
            assert parsed
            assert parsed.values == wanted
        else:
            with pytest.raises(UsageError, match="empty value"):
                parse_filter("type", values)

    @pytest.mark.parametrize(("operator", "negative"), [("eq", False), ("in", False), ("ne", True), ("not_in", True)])
    def test_negative(self, operator: str, negative: bool) -> None:
        """A filter knows whether its values are those to leave out."""
        assert Filter("type", operator, ("text",)).negative is negative  # type: ignore[arg-type]


class TestRawFilter:
    """``--filter 'FIELD[OP]=VALUE'``."""

    @pytest.mark.parametrize(
        ("text", "field", "operator", "value"),
        [
            ("status=queued", "status", "", "queued"),
            ("created_at[gte]=2026-01-01", "created_at", "gte", "2026-01-01"),
            ("a=b=c", "a", "", "b=c"),
            ("a[x]=[y]=z", "a", "x", "[y]=z"),
            ("a=", "a", "", ""),
            ("a=x\ny", "a", "", "x\ny"),
            ("a= b ", "a", "", " b "),
            ("größe[ne]=ä", "größe", "ne", "ä"),
        ],
    )
    def test_shapes(self, text: str, field: str, operator: str, value: str) -> None:
        """The first equals sign ends the name; the value is left as it is; it says itself as it was said."""
        parsed = parse_raw_filter(text)
        assert parsed == RawFilter(field, operator, value)
        assert str(parsed) == text

    @pytest.mark.parametrize(
        "text", ["", "=", "status", "=x", "a[]=x", "[ne]=x", "a[ne=x", "a]ne[=x", "a[b][c]=x", "a[ne]x=y", "a[ne]"]
    )
    def test_not_filters(self, text: str) -> None:
        """Anything else is refused with the two shapes there are."""
        with pytest.raises(UsageError, match=r"^--filter: not a filter") as caught:
            parse_raw_filter(text)
        assert "'FIELD[OP]=VALUE'" in caught.value.hint

    def test_the_word_filter(self) -> None:
        """The API's own form is refused with the advice to leave the word out."""
        with pytest.raises(UsageError, match="not a field: filter"):
            parse_raw_filter("filter[status]=x")

    def test_not_utf8(self) -> None:
        """Bytes of another encoding are refused."""
        with pytest.raises(UsageError, match=r"^--filter: not valid UTF-8"):
            parse_raw_filter("a=\udcff")


class TestContradictions:
    """What can't be asked in one request."""

    @pytest.mark.parametrize(
        ("filters", "raw"),
        [
            ((type_is("text"),), ["type=image"]),
            ((type_is("text"),), ["type[ne]=image"]),
            ((type_is("text", "image"),), ["type[in]=video"]),
            ((type_is("text", "image"),), ["type=video"]),
            ((), ["a=1", "a=2"]),
            ((), ["a[gte]=1", "a[gte]=2"]),
            ((), ["a=1", "a[gte]=2"]),
            ((type_is("text"), type_is("image")), []),
        ],
    )
    def test_refused(self, filters: tuple[Filter, ...], raw: list[str]) -> None:
        """Two filters under one key, or one with an operator beside one without, would lose one of the two."""
        with pytest.raises(UsageError, match=r"^--filter: ") as caught:
            Query(filters=filters, raw_filters=tuple(map(parse_raw_filter, raw)))
        assert "FIELD[in]" in caught.value.hint

    @pytest.mark.parametrize(
        ("filters", "raw"),
        [
            ((type_is("text"),), ["status=x"]),
            ((type_is("text", "image"),), ["type[ne]=image"]),
            ((), ["created_at[gte]=1", "created_at[lt]=2"]),
        ],
    )
    def test_allowed(self, filters: tuple[Filter, ...], raw: list[str]) -> None:
        """Different fields, and different operators on one field, go together."""
        assert len(Query(filters=filters, raw_filters=tuple(map(parse_raw_filter, raw))).raw_filters) == len(raw)

    @pytest.mark.parametrize("raw", ["direction=inbound", "direction[ne]=inbound"])
    def test_directions_twice(self, raw: str) -> None:
        """Two walks by direction leave no room for a raw filter on it."""
        with pytest.raises(UsageError, match="--with-direction"):
            Query(raw_filters=(parse_raw_filter(raw),), with_direction=True)

    @pytest.mark.parametrize("gap", [timedelta(0), timedelta(seconds=1)])
    def test_empty_span(self, gap: timedelta) -> None:
        """A span that ends where it begins, or before, is refused."""
        with pytest.raises(UsageError, match="--since must be before --until"):
            Query(since=NOON + gap, until=NOON)

    def test_span_across_offsets(self) -> None:
        """Which time is earlier does not hang on how its offset is written."""
        east = datetime(2026, 3, 4, 13, tzinfo=timezone(timedelta(hours=2)))
        assert Query(since=east, until=NOON).windowed


class TestProperties:
    """What a question says of itself to those who answer it."""

    @pytest.mark.parametrize(
        ("sort", "newest", "updated"),
        [
            (None, True, False),
            ("-created_at", True, False),
            ("created_at", False, False),
            ("-updated_at", True, True),
            ("updated_at", False, True),
        ],
    )
    def test_order(self, sort: str | None, newest: bool, updated: bool) -> None:
        """No sort is the newest first by created_at."""
        query = Query(sort=sort)
        assert (query.newest_first, query.by_updated) == (newest, updated)

    @pytest.mark.parametrize(
        ("words", "directions"),
        [
            ([], ("inbound", "outbound")),
            (["inbound"], ("inbound",)),
            (["in:outbound"], ("outbound",)),
            (["ne:inbound"], ("outbound",)),
            (["not_in:outbound"], ("inbound",)),
            (["outbound,inbound"], ("inbound", "outbound")),
            (["not_in:inbound,outbound"], ()),
        ],
    )
    def test_directions(self, words: list[str], directions: tuple[str, ...]) -> None:
        """The directions asked for are known, however they were said."""
        parsed = parse_filter("direction", words)
        assert Query(filters=(parsed,) if parsed else ()).directions == directions

    def test_columns(self) -> None:
        """The columns are those asked for, else the documented ones, with the direction where it is known."""
        assert Query(fields=("status", "id")).columns == ("status", "id")
        assert Query().columns == models.LIST_FIELDS
        assert Query(with_direction=True).columns == (*models.LIST_FIELDS, "direction")

    @pytest.mark.parametrize(
        ("query", "windowed"), [(Query(), False), (Query(since=NOON), True), (Query(until=NOON), True)]
    )
    def test_windowed(self, query: Query, windowed: bool) -> None:
        """Either end makes a span."""
        assert query.windowed is windowed


class TestDescribe:
    """The question in words."""

    @pytest.mark.parametrize(
        ("words", "described"),
        [
            ({}, "messages"),
            ({"type": ["text"]}, "text messages"),
            ({"type": ["text,template"]}, "text or template messages"),
            ({"type": ["ne:text"]}, "messages other than text"),
            ({"type": ["not_in:text,image"]}, "messages other than text or image"),
            ({"direction": ["inbound"]}, "messages, inbound"),
            ({"direction": ["ne:inbound"]}, "messages, not inbound"),
            ({"status": ["sent,read"]}, "messages, sent or read"),
            ({"status": ["ne:failed"]}, "messages, not failed"),
            ({"status": ["not_in:failed,sent"]}, "messages, neither failed nor sent"),
            ({"interaction_id": ["7"]}, "messages, in conversation 7"),
            ({"interaction_id": ["7,8"]}, "messages, in conversation 7 or 8"),
            ({"interaction_id": ["ne:7"]}, "messages, not in conversation 7"),
            (
                {"type": ["text,template"], "status": ["ne:failed"], "direction": ["outbound"]},
                "text or template messages, outbound, not failed",
            ),
            (
                {"interaction_id": ["3"], "status": ["read"], "type": ["ne:audio"], "direction": ["inbound"]},
                "messages other than audio, inbound, read, in conversation 3",
            ),
        ],
    )
    def test_filters(self, words: dict[str, list[str]], described: str) -> None:
        """Each filter is said in one way, in one order."""
        parsed = (parse_filter(field, some) for field, some in words.items())
        assert Query(filters=tuple(one for one in parsed if one)).describe() == described

    @pytest.mark.parametrize(
        ("query", "described"),
        [
            (Query(search="two words"), "messages, containing 'two words'"),
            (Query(since=NOON), "messages, sent since 2026-03-04 12:00 +0000"),
            (Query(until=NOON), "messages, sent before 2026-03-04 12:00 +0000"),
            (
                Query(filters=(type_is("text"),), search="a", since=NOON, until=NOON + timedelta(days=1)),
                "text messages, containing 'a', sent since 2026-03-04 12:00 +0000, sent before 2026-03-05 12:00 +0000",
            ),
            (
                Query(raw_filters=(RawFilter("staff_id", "", "4"), RawFilter("x", "gte", "1"))),
                "messages, with staff_id=4, with x[gte]=1",
            ),
            (Query(sort="updated_at", limit=5, fields=("id",)), "messages"),
        ],
    )
    def test_the_rest(self, query: Query, described: str) -> None:
        """Search, span and raw filters are said; order, limit and fields choose no messages and are not."""
        assert query.describe() == described


class TestTypeHint:
    """A type that looks like a slip."""

    @pytest.mark.parametrize(
        ("word", "known"),
        [
            ("txt", "text"),
            ("texts", "text"),
            ("tezt", "text"),
            ("tetx", "text"),
            ("Text", "text"),
            ("TEXT", "text"),
            ("vido", "video"),
            ("imgae", "image"),
            ("audi", "audio"),
            ("xaudio", "audio"),
            ("interactiv", "interactive"),
        ],
    )
    def test_one_edit_away(self, word: str, known: str) -> None:
        """One letter changed, added, dropped, or swapped with its neighbour, or only its case: a hint, not an error."""
        hint = hint_for_type(Query(filters=(type_is(word),)))
        assert hint.startswith(f"--type {word}: did you mean {known}?")

    @pytest.mark.parametrize("word", [*models.TYPES, "sticker", "location", "tx", "teettx", "odeiv"])
    def test_no_slip(self, word: str) -> None:
        """Known types, and words two edits away, need no hint."""
        assert hint_for_type(Query(filters=(type_is(word),))) == ""

    def test_among_others(self) -> None:
        """The slip is found among several, and in a filter of values to leave out; other fields are not looked at."""
        assert "did you mean video?" in hint_for_type(Query(filters=(Filter("type", "not_in", ("text", "vidoe")),)))
        assert hint_for_type(Query(filters=(Filter("status", "eq", ("txt",)),))) == ""


class TestFields:
    """``--fields a,b``."""

    def test_order_and_repetition(self) -> None:
        """The order given is kept, and each field comes once."""
        assert parse_fields(" status, id,status", models.LIST_FIELDS) == ("status", "id")

    @pytest.mark.parametrize(
        ("text", "name", "near"),
        [
            ("id,statsu", "statsu", "status"),
            ("ID", "ID", "id"),
            ("id,", "", ""),
            ("message id", "message id", "message_id"),
        ],
    )
    def test_unknown(self, text: str, name: str, near: str) -> None:
        """An unknown field is named with the nearest, and the hint lists those there are."""
        with pytest.raises(UsageError) as caught:
            parse_fields(text, models.LIST_FIELDS)
        assert caught.value.message.startswith(f"--fields: unknown field {name!r}")
        assert near in caught.value.message
        assert caught.value.hint == f"Use one of: {', '.join(models.LIST_FIELDS)}."


class TestWords:
    """The small pieces that flags share."""

    @pytest.mark.parametrize("text", ["", " ", "\t\n", "\u3000"])
    def test_blank_search(self, text: str) -> None:
        """A blank search, which the service would drop and answer with everything, is refused."""
        with pytest.raises(UsageError, match=r"^--search: the text is empty"):
            parse_search(text)

    @pytest.mark.parametrize("text", ["a", " a ", "100%", "नमस्ते", "a\nb"])
    def test_search(self, text: str) -> None:
        """Any other text is searched for as it is."""
        assert parse_search(text) == text

    @pytest.mark.parametrize(("text", "number"), [("1", 1), ("0042", 42), (str(2**63 - 1), 2**63 - 1)])
    def test_ids(self, text: str, number: int) -> None:
        """Ids go up to what 64 bits hold."""
        assert parse_id(text, "ID") == number

    @pytest.mark.parametrize("text", ["", " 1", "1 ", "1\n", "0", "00", str(2**63)])
    def test_bad_ids(self, text: str) -> None:
        """Blanks, zero and more than 64 bits make no id."""
        with pytest.raises(UsageError, match=r"^ID: not an id"):
            parse_id(text, "ID")

    def test_one_of(self) -> None:
        """A known value comes back; another is refused with the nearest and all of them."""
        assert choice("created_at", models.SORTS, "--sort") == "created_at"
        with pytest.raises(UsageError, match=r"^--sort: .*did you mean -created_at") as caught:
            choice("-createdat", models.SORTS, "--sort")
        assert caught.value.hint == "Use one of: created_at, updated_at, -created_at, -updated_at."

    @pytest.mark.parametrize(("word", "said"), [("reed", "; did you mean read?"), ("zzz", ""), ("", "")])
    def test_did_you_mean(self, word: str, said: str) -> None:
        """Nothing is suggested where nothing is near."""
        assert did_you_mean(word, models.STATUSES) == said

    @settings(deadline=None)
    @given(st.text(), st.integers(2, 100))
    def test_shorten(self, text: str, most: int) -> None:
        """A shortened text is never longer than asked, and a short one is left alone."""
        short = truncate(text, most)
        assert len(short) <= most
        assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
