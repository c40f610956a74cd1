"""The sample workspace is a plausible inbox, the same every time, with everything in it that a reader must bear."""

from __future__ import annotations

import base64
import itertools
import re
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import pytest

from wacr_cli.sandbox import phrases
from wacr_cli.sandbox.author import voice
from wacr_cli.sandbox.world import FIRST_ID, Contact, Row, World, build, wamid

NOW = datetime(2026, 2, 14, 9, 30, tzinfo=UTC)

# How the numbers of a country look that nobody has.
FICTIONAL = re.compile(
    r"1\d{3}55501\d\d|447700900\d{3}|3363998\d{4}|4917139200\d\d|61491570(006|15[678])"
    r"|(91|971|966|974|972|81|86|886|852|65|52|57|34|351|55)0{5,8}\d{3,5}"
)


@pytest.fixture(scope="module")
def world() -> World:
    """Give the default world."""
    return build(NOW)


@pytest.fixture(scope="module")
def texts(world: World) -> list[str]:
    """Give all texts there are."""
    return [row.message for row in world.rows if row.message is not None]


def conversation(world: World, firstname: str) -> list[Row]:
    """Return the messages with one contact."""
    contact = next(contact for contact in world.contacts if contact.firstname == firstname)
    return [row for row in world.rows if row.interaction_id == contact.interaction_id]


# --- the same every time ---


def test_building_twice_gives_the_same_world(world: World) -> None:
    """Nothing but the arguments decides what is in the world."""
    again = build(NOW)
    assert again.rows == world.rows
    assert again.contacts == world.contacts


def test_another_moment_moves_the_world_in_time_and_changes_nothing_else(world: World) -> None:
    """Ids and texts do not depend on now, and neither do the times before it."""
    later = build(NOW + timedelta(hours=31, seconds=7))
    moved = 31 * 3_600 + 7
    assert [
        row._replace(created=row.created + moved, updated=row.updated + moved, sent=row.sent + moved)
        for row in world.rows
    ] == later.rows


def test_the_offset_of_now_is_of_no_account(world: World) -> None:
    """The same moment told in another zone gives the same rows."""
    assert build(NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))).rows == world.rows


def test_another_seed_tells_another_story(world: World) -> None:
    """The seed counts."""
    assert [row.message for row in build(NOW, seed=1).rows] != [row.message for row in world.rows]


def test_a_time_without_zone_is_refused() -> None:
    """A naive now would mean another moment on another machine."""
    with pytest.raises(ValueError, match="aware"):
        build(datetime(2026, 2, 14))


@pytest.mark.parametrize("wanted", [0, 1, 40, 700, 5_000, 12_000])
def test_there_are_as_many_messages_as_asked_for(wanted: int) -> None:
    """The size is exact, the newest are kept, and more messages reach back further."""
    rows = build(NOW, messages=wanted).rows
    assert len(rows) == wanted
    if wanted:
        assert rows[-1].message == "Hi, is the goda masala ready? I'm near the shop 🛵"
        assert NOW - rows[0].created_at <= timedelta(days=90 * max(1, wanted / 5_000) + 1)


# --- the shape of it ---


def test_the_default_world_has_5000_messages_in_120_conversations_over_90_days(world: World) -> None:
    """The size that the documentation speaks of."""
    assert len(world.rows) == 5_000
    assert len({row.interaction_id for row in world.rows} - {None}) == 120
    assert timedelta(days=80) < NOW - world.rows[0].created_at <= timedelta(days=90)


def test_nothing_lies_in_the_future_and_the_newest_message_is_minutes_old(world: World) -> None:
    """No time is later than now, and the inbox looks alive."""
    assert all(max(row.created, row.updated, row.sent) < NOW.timestamp() for row in world.rows)
    assert timedelta() < NOW - world.rows[-1].created_at < timedelta(minutes=5)


def test_rows_stand_by_creation_and_ids_are_unique_with_gaps(world: World) -> None:
    """Ids begin near 48,000, rise with creation but for a few, and some are missing."""
    ids = [row.id for row in world.rows]
    assert [(row.created, row.id) for row in world.rows] == sorted((row.created, row.id) for row in world.rows)
    assert len(set(ids)) == len(ids)
    assert FIRST_ID < min(ids) < FIRST_ID + 10
    assert max(ids) - min(ids) >= len(ids) + 100
    assert 5 <= sum(one > next_ for one, next_ in itertools.pairwise(ids)) <= 50


def test_every_type_status_and_direction_occurs(world: World) -> None:
    """All documented values are there, unknown (null) ones too."""
    types = Counter(row.type for row in world.rows)
    statuses = Counter(row.status for row in world.rows)
    assert set(types) == {"text", "template", "image", "video", "document", "audio", "interactive", None}
    assert set(statuses) == {"sent", "delivered", "read", "failed", None}
    assert min(types.values()) >= 4
    assert min(statuses.values()) >= 10
    assert 1_500 < sum(row.direction == "inbound" for row in world.rows) < 3_500


def test_a_few_rows_lack_what_may_be_null(world: World) -> None:
    """Senders, conversations and WhatsApp ids are missing now and then, and only now and then."""
    assert 5 <= sum(row.sender_id is None for row in world.rows) <= 100
    assert 5 <= sum(row.interaction_id is None for row in world.rows) <= 100
    assert 2 <= sum(row.message_id is None for row in world.rows) <= 100
    assert "" in {row.message for row in world.rows}


def test_failed_messages_and_only_they_say_why(world: World) -> None:
    """status_message goes with failed, and only what the shop sends can fail."""
    assert all((row.status == "failed") == (row.status_message is not None) for row in world.rows)
    assert {row.direction for row in world.rows if row.status == "failed"} == {"outbound"}
    assert len({row.status_message for row in world.rows}) >= 5


def test_only_what_staff_wrote_has_a_staff_id(world: World) -> None:
    """Customers, templates and bots have none."""
    known = {number for number, _ in phrases.STAFF}
    written = [row for row in world.rows if row.staff_id is not None]
    assert {row.staff_id for row in written} == known
    assert all(row.direction == "outbound" and row.type != "template" for row in written)


def test_media_and_only_media_have_a_url(world: World) -> None:
    """What the shop sends has an address, what customers send the name of a stored file."""
    media = {"image": "jpg", "video": "mp4", "audio": "ogg", "document": "pdf"}
    assert all((row.url is not None) == (row.type in media) for row in world.rows)
    for row in world.rows:
        if row.url and row.type:
            assert row.url.endswith("." + media[row.type])
            assert row.url.startswith("https://media.saunfandsons.example/") == (row.direction == "outbound")


def test_replies_name_an_earlier_message_of_the_other_side_in_the_same_conversation(world: World) -> None:
    """ref_message_id is the wamid of a message that is there."""
    known = {row.message_id: row for row in world.rows if row.message_id}
    replies = [row for row in world.rows if row.ref_message_id]
    assert len(replies) > 300
    for reply in replies:
        quoted = known[str(reply.ref_message_id)]
        assert quoted.interaction_id == reply.interaction_id
        assert quoted.direction != reply.direction
        assert quoted.created <= reply.created


def test_campaigns_leave_in_bursts_of_a_second(world: World) -> None:
    """Dozens of rows share one created_at, so that order within a second matters."""
    seconds = Counter(row.created for row in world.rows)
    assert sum(count >= 20 for count in seconds.values()) >= 15


def test_some_messages_were_recorded_long_after_they_were_sent(world: World) -> None:
    """sent_at does not rise along created_at: some came minutes, some hours late."""
    late = [row.created - row.sent for row in world.rows if row.created > row.sent]
    assert sum(300 <= seconds < 3_600 for seconds in late) >= 10
    assert sum(seconds >= 3_600 for seconds in late) >= 10
    assert all(row.direction == "inbound" for row in world.rows if row.sent < row.created)


def test_the_shop_keeps_hours(world: World) -> None:
    """Staff write by day: in nine hours of every 24 nobody does, wherever the reader's clock stands."""
    closing = NOW.timestamp() - 13 * 3_600
    asleep = [row for row in world.rows if row.staff_id and (row.created - closing) % 86_400 < 5 * 3_600]
    assert asleep == []


def test_updated_at_is_never_before_created_at(world: World) -> None:
    """A status changes after the message is there, and most rows were touched later."""
    assert all(row.updated >= row.created for row in world.rows)
    assert sum(row.updated > row.created for row in world.rows) > 4_000


# --- who is in it ---


def test_telephone_numbers_are_fictional_and_belong_to_one_contact_each(world: World) -> None:
    """No number can ring at anybody's."""
    numbers = [contact.phone for contact in world.contacts] + [phrases.SHOP_PHONE]
    assert [number for number in numbers if not FICTIONAL.fullmatch(number)] == []
    assert len(set(numbers)) == 121
    assert {row.sender_id for row in world.rows} - {None} <= set(numbers)


def test_contacts_have_ids_conversations_and_names(world: World) -> None:
    """The people are a plain list, each with a conversation of their own."""
    assert len({contact.id for contact in world.contacts}) == 120
    assert len({contact.interaction_id for contact in world.contacts}) == 120
    assert {contact.type for contact in world.contacts} == {"customer", "lead", "guest"}
    assert world.contacts[0][:3] == (5_100, "Priya", "Deshpande")


def test_inbound_comes_from_the_customer_and_outbound_from_the_shop(world: World) -> None:
    """sender_id tells which side wrote."""
    phones = {contact.interaction_id: contact.phone for contact in world.contacts}
    for row in world.rows:
        if row.sender_id and row.interaction_id:
            inbound = row.direction == "inbound"
            assert row.sender_id == (phones[row.interaction_id] if inbound else phrases.SHOP_PHONE)


def test_who_has_opted_out_gets_no_campaign(world: World) -> None:
    """Consent is respected even here."""
    out = {contact.firstname for contact in world.contacts if contact.is_opted_out and contact.language}
    assert out
    assert not any("SAUNF10" in (row.message or "") for name in out for row in conversation(world, name))


# --- what they say ---


def test_talks_are_said_in_full(texts: list[str]) -> None:
    """No brace of a template is left over, and no order number twice in a confirmation."""
    assert [text for text in texts if "{" in text or "}" in text] == []
    confirmed = re.findall(r"<b>Order (SS-\d+) confirmed</b>", "\n".join(texts))
    assert len(confirmed) > 50
    assert len(set(confirmed)) == len(confirmed)


def test_sums_add_up(world: World) -> None:
    """A confirmation's total is the quantity times the price, and postage."""
    prices = {
        (name, size): price for name, (size, price, _) in zip(phrases.PRODUCTS["en"], phrases.PRICES, strict=True)
    }
    found = 0
    for row in world.rows:
        said = re.search(r"<br>(\d) \S (.+), (.+)<br>Total: <b>₹([\d,]+)</b>", row.message or "")
        if said and (said[2], said[3]) in prices:
            goods = int(said[1]) * prices[said[2], said[3]]
            assert int(said[4].replace(",", "")) == goods + (60 if goods < 999 else 0)
            found += 1
    assert found > 30


@pytest.mark.parametrize(
    "script",
    [
        "[\u0900-\u097f]",
        "[\u0b80-\u0bff]",
        "[\u0600-\u06ff]",
        "[\u0590-\u05ff]",
        "[\u3040-\u30ff]",
        "[\u4e00-\u9fff]",
        "[¿¡]",
        "[ãõç]",
    ],
)
def test_customers_write_in_many_scripts(script: str, texts: list[str]) -> None:
    """Devanagari, Tamil, Arabic, Hebrew, Kana, Han, Spanish and Portuguese occur more than once."""
    assert sum(bool(re.search(script, text)) for text in texts) >= 8


def test_templates_hold_html_and_emoji_are_composed(texts: list[str]) -> None:
    """What a table must turn into text, and what it must not cut apart."""
    everything = "\n".join(texts)
    for part in ("<b>", "<br>", "&amp;", '<a href="https://', "👨\u200d👩\u200d👧\u200d👦", "🇮🇳", "👍🏽"):
        assert everything.count(part) >= 2, part


@pytest.mark.parametrize(
    "part",
    [
        "\x1b[31m",
        "\x1b]0;",
        "\x1b]8;;",
        "\u202e",
        "\u009b",
        "[bold red]",
        ":smile:",
        "\r\n",
        "\t",
        "\x00",
        "=HYPERLINK(",
        "+1+1",
        "<script>",
        'said "two',
        "\\n",
        "DROP TABLE",
        "\u200b",
        "\U000e0041",
        "\u2028",
        "@SUM(",
    ],
)
def test_hostile_texts_are_among_them(part: str, texts: list[str]) -> None:
    """Terminals, spreadsheets and parsers find what strangers send in real life."""
    assert any(part in text for text in texts)


def test_the_first_screen_shows_two_hostile_texts_and_no_more(world: World) -> None:
    """A demonstration should show that they are harmless, not be made of them."""
    newest = [row.message or "" for row in world.rows[-30:]]
    assert sum("\x1b" in text or text.startswith("=") for text in newest) == 2


def test_the_longest_text_is_what_whatsapp_allows(texts: list[str]) -> None:
    """4096 characters, once, and none longer."""
    assert sorted(map(len, texts))[-2:][1] == 4_096
    assert max(len(text) for text in texts if len(text) != 4_096) < 1_000


def test_nobody_gets_the_same_talk_twice_in_the_default_world(world: World) -> None:
    """Conversations do not repeat themselves: whoever is new here says so once."""
    introductions = {text for text in phrases.NEWCOMER[0][2] if text}
    for contact in world.contacts:
        said = [row for row in conversation(world, contact.firstname) if row.message in introductions]
        assert len(said) <= 1


def test_every_code_of_every_turn_can_be_read() -> None:
    """The phrases are well formed: every script begins, and every slot in it is known."""
    slots = {"name", "city", "staff", "item", "item2", "size", "price", "qty", "ship", "total", "order", "awb"}
    for script in (script for scripts in phrases.SCRIPTS.values() for script in scripts):
        assert len(script) > 1
        for code, gap, variants in script:
            assert voice(code).type is not None
            assert gap >= 0
            assert {slot for text in variants if text for slot in re.findall(r"{(\w+)}", text)} <= slots


# --- rows and ids ---


@pytest.mark.parametrize(("direction", "length"), [("outbound", 18), ("inbound", 20)])
def test_a_wamid_names_the_peer_and_a_random_part(direction: str, length: int) -> None:
    """It is built as WhatsApp's are, and an id always gives the same."""
    made = wamid(48_200, "910000010000", direction)
    assert made == wamid(48_200, "910000010000", direction)
    assert made.startswith("wamid.HBgM")
    inner = base64.b64decode(made.removeprefix("wamid."))
    assert inner[3:15] == b"910000010000"
    assert re.fullmatch(rb"[0-9A-F]{%d}\x00" % length, inner[21:])


def test_wamids_are_unique(world: World) -> None:
    """No two messages share one."""
    made = [row.message_id for row in world.rows if row.message_id]
    assert len(set(made)) == len(made)


def test_times_are_whole_seconds_in_utc() -> None:
    """The properties tell the same as the numbers."""
    row = Row(1, created=60, updated=120, sent=1)
    assert row.created_at == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    assert row.updated_at == datetime(1970, 1, 1, 0, 2, tzinfo=UTC)
    assert row.sent_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_a_world_can_change_as_a_real_account_does() -> None:
    """Rows come, go and change; the order is kept."""
    world = World(NOW, [Row(2, created=20), Row(1, created=10)])
    world.add(Row(3, created=15))
    assert [row.id for row in world.rows] == [1, 3, 2]
    world.remove(1)
    assert world.change(3, status="failed", created=30).status == "failed"
    assert [row.id for row in world.rows] == [2, 3]
    assert world.row(1) is None


def test_changing_what_is_not_there_is_an_error() -> None:
    """A test that changes the wrong row hears of it."""
    world = World(NOW, [Row(1)])
    with pytest.raises(KeyError):
        world.change(2, status="read")
    with pytest.raises(ValueError, match="colour"):
        world.change(1, colour="red")


def test_a_contact_is_a_plain_tuple(world: World) -> None:
    """Nothing about the people is computed late."""
    assert isinstance(world.contacts[0], tuple)
    assert Contact._fields[:4] == ("id", "firstname", "lastname", "company")
