"""The sample workspace is a plausible inbox, always the same, with every kind of message that a reader can meet."""

from __future__ import annotations

import base64
import itertools
import re
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.sandbox.sample import NOW, SAMPLE
from wacr_cli.sandbox.world import Contact, Row, World, load, wamid

ROWS, CONTACTS = SAMPLE.rows, SAMPLE.contacts
TEXTS = [row.message for row in ROWS if row.message is not None]
SHOP_PHONE = "910000020200"

# The phone numbers of each country that reach no one.
FICTIONAL = re.compile(
    r"1\d{3}55501\d\d|447700900\d{3}|3363998\d{4}|4917139200\d\d|61491570(006|15[678])"
    r"|(91|971|966|974|972|81|86|886|852|65|52|57|34|351|55)0{5,8}\d{3,5}"
)


def conversation(contact: Contact) -> list[Row]:
    """Return the messages exchanged with one contact."""
    return [row for row in ROWS if row.interaction_id == contact.interaction_id]


# --- loading ---


def test_loading_twice_gives_the_same_sample() -> None:
    """The result depends on the time alone."""
    again = load(NOW)
    assert again.rows == ROWS
    assert again.contacts == CONTACTS


def test_another_time_shifts_all_times_and_changes_nothing_else() -> None:
    """Every time of rows and contacts moves by the difference; ids and texts stay."""
    later = load(NOW + timedelta(hours=31, seconds=7))
    moved = 31 * 3_600 + 7
    assert later.rows == [
        row._replace(created=row.created + moved, updated=row.updated + moved, sent=row.sent + moved) for row in ROWS
    ]
    assert later.contacts == [
        one._replace(created=one.created + moved, updated=one.updated + moved) for one in CONTACTS
    ]


def test_the_zone_of_the_time_does_not_matter() -> None:
    """The same moment in another zone gives the same rows."""
    assert load(NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))).rows == ROWS


def test_a_time_without_a_zone_is_an_error() -> None:
    """It would be another moment on another machine."""
    with pytest.raises(ValueError, match="time zone"):
        load(datetime(2026, 2, 14))


# --- size and times ---


def test_there_are_5000_messages_in_120_conversations_over_90_days() -> None:
    """The size that the documentation names."""
    assert len(ROWS) == 5_000
    assert len({row.interaction_id for row in ROWS} - {None}) == 120
    assert timedelta(days=80) < NOW - ROWS[0].created_at <= timedelta(days=90)


def test_no_time_of_a_message_is_in_the_future_and_the_newest_message_is_minutes_old() -> None:
    """The inbox looks alive."""
    assert all(max(row.created, row.updated, row.sent) < NOW.timestamp() for row in ROWS)
    assert timedelta() < NOW - ROWS[-1].created_at < timedelta(minutes=5)
    assert ROWS[-1].message == "Hi, is the goda masala ready? I'm near the shop 🛵"


def test_no_time_of_a_contact_is_in_the_future() -> None:
    """A contact is created in the past, and changed between then and now."""
    assert all(one.created_at < NOW and one.created_at <= one.updated_at <= NOW for one in CONTACTS)
    assert sum(one.updated_at > one.created_at for one in CONTACTS) > 100


def test_rows_are_sorted_by_creation_and_ids_have_gaps() -> None:
    """Ids begin near 48,000 and rise with creation, with a few exceptions; some are missing."""
    ids = [row.id for row in ROWS]
    assert [(row.created, row.id) for row in ROWS] == sorted((row.created, row.id) for row in ROWS)
    assert len(set(ids)) == len(ids)
    assert 48_112 < min(ids) < 48_122
    assert max(ids) - min(ids) >= len(ids) + 100
    assert 5 <= sum(one > following for one, following in itertools.pairwise(ids)) <= 50


def test_campaigns_send_many_messages_in_one_second() -> None:
    """Dozens of rows share one created_at, so that the order within a second matters."""
    seconds = Counter(row.created for row in ROWS)
    assert sum(count >= 20 for count in seconds.values()) >= 15


def test_some_messages_are_recorded_long_after_they_were_sent() -> None:
    """The order of sent_at is not that of created_at: some inbound messages are minutes late, some hours."""
    late = [row.created - row.sent for row in ROWS if row.created > row.sent]
    assert sum(300 <= seconds < 3_600 for seconds in late) >= 10
    assert sum(seconds >= 3_600 for seconds in late) >= 10
    assert all(row.direction == "inbound" for row in ROWS if row.sent < row.created)


def test_staff_write_during_opening_hours() -> None:
    """In the five hours after 21:20 of the shop's clock, which shows 17:20 at the time of loading, no one does."""
    closing = NOW.timestamp() - 13 * 3_600
    assert [row for row in ROWS if row.staff_id and (row.created - closing) % 86_400 < 5 * 3_600] == []


def test_updated_at_is_never_before_created_at() -> None:
    """Most rows changed after they were created."""
    assert all(row.updated >= row.created for row in ROWS)
    assert sum(row.updated > row.created for row in ROWS) > 4_000


# --- fields ---


def test_every_type_status_and_direction_occurs() -> None:
    """All documented values are there, and null."""
    types = Counter(row.type for row in ROWS)
    statuses = Counter(row.status for row in ROWS)
    assert set(types) == {"text", "template", "image", "video", "document", "audio", "interactive", None}
    assert set(statuses) == {"sent", "delivered", "read", "failed", None}
    assert min(types.values()) >= 4
    assert min(statuses.values()) >= 10
    assert 1_500 < sum(row.direction == "inbound" for row in ROWS) < 3_500


def test_a_few_rows_lack_what_may_be_null() -> None:
    """Some senders, conversations and WhatsApp ids are null, and one text is empty."""
    assert 5 <= sum(row.sender_id is None for row in ROWS) <= 100
    assert 5 <= sum(row.interaction_id is None for row in ROWS) <= 100
    assert 2 <= sum(row.message_id is None for row in ROWS) <= 100
    assert "" in TEXTS


def test_failed_messages_and_no_others_have_a_reason() -> None:
    """status_message goes with failed, and only outbound messages fail."""
    assert all((row.status == "failed") == (row.status_message is not None) for row in ROWS)
    assert {row.direction for row in ROWS if row.status == "failed"} == {"outbound"}
    assert len({row.status_message for row in ROWS}) >= 5


def test_only_messages_by_staff_have_a_staff_id() -> None:
    """Messages of customers, templates and bots have none; contacts are assigned to the same four people."""
    by_staff = [row for row in ROWS if row.staff_id is not None]
    assert {row.staff_id for row in by_staff} == {one.assigned_id for one in CONTACTS} - {None} == {3, 4, 7, 12}
    assert all(row.direction == "outbound" and row.type != "template" for row in by_staff)


def test_media_and_no_others_have_a_url() -> None:
    """It is the path of a file of the sandbox; pictures are JPEG, a few PNG."""
    extensions = {"image": ("jpg", "png"), "video": ("mp4",), "audio": ("ogg",), "document": ("pdf",)}
    assert all((row.url is not None) == (row.type in extensions) for row in ROWS)
    media = [row for row in ROWS if row.url and row.type]
    for row in media:
        assert re.fullmatch(rf"media/[0-9a-f]{{8}}\.({'|'.join(extensions[str(row.type)])})", str(row.url))
    assert {str(row.url)[-3:] for row in media} == {"jpg", "png", "mp4", "ogg", "pdf"}


def test_comments_are_on_conversations() -> None:
    """Each has an id that no message has, and the number and the conversation of a customer who wrote."""
    pairs = {(row.interaction_id, row.number) for row in ROWS}
    assert len(SAMPLE.comments) > 40
    assert {one.id for one in SAMPLE.comments}.isdisjoint(row.id for row in ROWS)
    assert len({one.id for one in SAMPLE.comments}) == len(SAMPLE.comments)
    assert {(one.interaction_id, one.number) for one in SAMPLE.comments} <= pairs
    assert {one.staff_id for one in SAMPLE.comments} == {3, 4, 7, 12}
    assert all(one.created < SAMPLE.now.timestamp() for one in SAMPLE.comments)


def test_templates_are_of_every_category_and_status() -> None:
    """Their texts are in WhatsApp's notation, with slots numbered from 1, and their names and languages differ."""
    templates = SAMPLE.templates
    assert {one.category for one in templates} == {"UTILITY", "MARKETING", "AUTHENTICATION"}
    assert {one.status for one in templates} == {"APPROVED", "PENDING", "REJECTED"}
    assert len({(one.name, one.language) for one in templates}) == len({one.template_id for one in templates})
    assert not [one.body for one in templates if re.search(r"</?[a-z]|&[a-z]+;", one.body)]
    assert templates[0].body.startswith("*Order {{1}} confirmed*\nHi {{2}}, thank you for shopping at Saunf & Sons.")


def test_replies_quote_an_earlier_message_of_the_other_side_in_the_same_conversation() -> None:
    """ref_message_id is the message_id of another row."""
    known = {row.message_id: row for row in ROWS if row.message_id}
    replies = [row for row in ROWS if row.ref_message_id]
    assert len(replies) > 300
    for reply in replies:
        quoted = known[str(reply.ref_message_id)]
        assert quoted.interaction_id == reply.interaction_id
        assert quoted.direction != reply.direction
        assert quoted.created <= reply.created


# --- contacts ---


def test_phone_numbers_are_fictional_and_each_belongs_to_one_contact() -> None:
    """Each is from a range that reaches no one."""
    numbers = [contact.phone for contact in CONTACTS] + [SHOP_PHONE]
    assert [number for number in numbers if not FICTIONAL.fullmatch(number)] == []
    assert len(set(numbers)) == 121
    assert {row.sender_id for row in ROWS} - {None} <= set(numbers)


def test_contacts_have_ids_conversations_and_names() -> None:
    """Each contact has a conversation of its own."""
    assert len({contact.id for contact in CONTACTS}) == 120
    assert len({contact.interaction_id for contact in CONTACTS}) == 120
    assert {contact.type for contact in CONTACTS} == {"customer", "lead", "guest"}
    assert CONTACTS[0][:3] == (5_100, "Priya", "Deshpande")


def test_inbound_messages_are_from_the_customer_and_outbound_messages_from_the_shop() -> None:
    """sender_id is the phone number of the side that wrote."""
    phones = {contact.interaction_id: contact.phone for contact in CONTACTS}
    for row in ROWS:
        if row.sender_id and row.interaction_id:
            assert row.sender_id == (phones[row.interaction_id] if row.direction == "inbound" else SHOP_PHONE)


def test_contacts_who_opted_out_get_no_campaign() -> None:
    """Campaigns go to many others."""
    campaigns = {row.interaction_id for row in ROWS if "SAUNF10" in (row.message or "")}
    assert len(campaigns) > 30
    out = {contact.interaction_id for contact in CONTACTS if contact.is_opted_out}
    assert out
    assert not out & campaigns


# --- texts ---


def test_texts_are_complete() -> None:
    """No slot of a template is left, and no order is confirmed twice."""
    assert [text for text in TEXTS if "{" in text or "}" in text] == []
    confirmed = re.findall(r"<b>Order (SS-\d+) confirmed</b>", "\n".join(TEXTS))
    assert len(confirmed) > 50
    assert len(set(confirmed)) == len(confirmed)


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
def test_customers_write_in_many_scripts(script: str) -> None:
    """Devanagari, Tamil, Arabic, Hebrew, Kana, Han, Spanish and Portuguese occur several times."""
    assert sum(bool(re.search(script, text)) for text in TEXTS) >= 8


@pytest.mark.parametrize(
    "part", ["<b>", "<br>", "&amp;", '<a href="https://', "👨\u200d👩\u200d👧\u200d👦", "🇮🇳", "👍🏽"]
)
def test_html_and_composed_emoji_occur(part: str) -> None:
    """A table must turn HTML into text, and must not cut an emoji apart."""
    assert sum(text.count(part) for text in TEXTS) >= 2


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
def test_hostile_texts_occur(part: str) -> None:
    """Some strangers send texts that attack terminals, spreadsheets and parsers."""
    assert any(part in text for text in TEXTS)


def test_the_first_screen_shows_two_hostile_texts() -> None:
    """A demonstration shows that they are harmless, and is not full of them."""
    newest = [row.message or "" for row in ROWS[-30:]]
    assert sum("\x1b" in text or text.startswith("=") for text in newest) == 2


def test_the_longest_text_has_the_length_that_whatsapp_allows() -> None:
    """One text has 4,096 characters, and all others have fewer than 1,000."""
    *others, longest = sorted(map(len, TEXTS))
    assert longest == 4_096
    assert others[-1] < 1_000


# --- rows and ids ---


@pytest.mark.parametrize(("direction", "length"), [("outbound", 18), ("inbound", 20)])
def test_a_wamid_holds_the_phone_number_and_a_random_part(direction: str, length: int) -> None:
    """It has the format of WhatsApp's ids, and is the same each time."""
    made = wamid(48_200, "910000010000", direction)
    assert made == wamid(48_200, "910000010000", direction)
    assert made.startswith("wamid.HBgM")
    inner = base64.b64decode(made.removeprefix("wamid."))
    assert inner[3:15] == b"910000010000"
    assert re.fullmatch(rb"[0-9A-F]{%d}\x00" % length, inner[21:])


def test_wamids_are_unique() -> None:
    """No two messages have the same."""
    made = [row.message_id for row in ROWS if row.message_id]
    assert len(set(made)) == len(made)


def test_times_are_whole_seconds_in_utc() -> None:
    """The properties are the numbers as datetimes."""
    row = Row(1, created=60, updated=120, sent=1)
    assert row.created_at == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    assert row.updated_at == datetime(1970, 1, 1, 0, 2, tzinfo=UTC)
    assert row.sent_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_a_world_changes_as_a_real_account_does() -> None:
    """Rows are added, removed and changed; their order stays that of creation."""
    world = World(NOW, [Row(2, created=20), Row(1, created=10)])
    world.add(Row(3, created=15))
    assert [row.id for row in world.rows] == [1, 3, 2]
    world.remove(1)
    assert world.change(3, status="failed", created=30).status == "failed"
    assert [row.id for row in world.rows] == [2, 3]
    assert world.row(1) is None


def test_a_change_of_what_is_missing_is_an_error() -> None:
    """A missing message is a KeyError, a missing field a ValueError."""
    world = World(NOW, [Row(1)])
    with pytest.raises(KeyError):
        world.change(2, status="read")
    with pytest.raises(ValueError, match="colour"):
        world.change(1, colour="red")
