"""``wacr messages list``: flags to parameters, and rows to every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.conftest import CANARY, NOW, Api, Result, row
from wacr_cli.core.models import LIST_FIELDS
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World

Wacr = Callable[..., Result]


@pytest.mark.parametrize(
    ("flags", "parameters"),
    [
        ([], {"page": "1", "per_page": "30"}),
        (["--type", "text"], {"filter[type]": "text", "page": "1", "per_page": "30"}),
        (["--type", "in:text,template"], {"filter[type][in]": "text,template", "page": "1", "per_page": "30"}),
        (["--type", "text,template"], {"filter[type][in]": "text,template", "page": "1", "per_page": "30"}),
        (["--type", "text", "--type", "image"], {"filter[type][in]": "text,image", "page": "1", "per_page": "30"}),
        (["--status", "ne:failed"], {"filter[status][ne]": "failed", "page": "1", "per_page": "30"}),
        (
            ["--status", "ne:sent", "--status", "ne:read"],
            {"filter[status][not_in]": "sent,read", "page": "1", "per_page": "30"},
        ),
        (["--direction", "outbound", "-L", "5"], {"filter[direction]": "outbound", "page": "1", "per_page": "5"}),
        (["--interaction-id", "in:7,8"], {"filter[interaction_id][in]": "7,8", "page": "1", "per_page": "30"}),
        (
            ["--filter", "created_at[gte]=2026-01-01"],
            {"filter[created_at][gte]": "2026-01-01", "page": "1", "per_page": "30"},
        ),
        (["-s", "a&b=c"], {"search": "a&b=c", "page": "1", "per_page": "30"}),
        (["--sort", "-updated_at"], {"sort": "-updated_at", "page": "1", "per_page": "30"}),
        (["--fields", "message,id"], {"fields": "message,id", "page": "1", "per_page": "30"}),
        (["--fields", "message"], {"fields": "message", "page": "1", "per_page": "30"}),
        (["--page", "2"], {"page": "2"}),
        (["--page", "2", "--per-page", "3"], {"page": "2", "per_page": "3"}),
        (["--per-page", "3"], {"page": "1", "per_page": "3"}),
        (["--fields", "type", "--since", "2020-01-01"], {"fields": "type,id,sent_at", "page": "1", "per_page": "100"}),
    ],
)
def test_flags_become_the_documented_parameters(
    wacr: Wacr, api: Api, flags: list[str], parameters: dict[str, str]
) -> None:
    """In one call."""
    assert wacr("messages", "list", *flags).status == 0
    assert api.queries == [parameters]


def test_a_call_has_the_token_and_the_name_of_the_program(wacr: Wacr, api: Api) -> None:
    """Only the header has the token."""
    wacr("messages", "list")
    headers = api.requests[0].headers
    assert headers["authorization"] == f"Bearer {CANARY}"
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].startswith("wacr/")
    assert CANARY not in str(api.requests[0].url)


def test_json_is_one_array_of_the_api_s_own_objects(wacr: Wacr, api: Api) -> None:
    """Each has nine fields with their types, newest first."""
    rows = json.loads(wacr("messages", "list", "-f", "json").stdout)
    assert [row["id"] for row in rows] == [7, 6, 5, 4, 3, 2, 1]
    assert rows == api.app(api.requests[0]).json()["data"]
    assert set(rows[0]) == set(LIST_FIELDS)


def test_jsonl_has_the_same_objects_on_lines(wacr: Wacr, api: Api) -> None:
    """Each line is one object, and together they are the array of json."""
    lines = wacr("messages", "list", "-f", "jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == api.app(api.requests[0]).json()["data"]


def test_csv_round_trips_every_message(wacr: Wacr, api: Api) -> None:
    """Null is empty, booleans are words."""
    result = wacr("messages", "list", "-f", "csv")
    read = list(csv.DictReader(io.StringIO(result.text, newline="")))
    rows = api.app(api.requests[0]).json()["data"]
    assert [one["message"] for one in read] == [row["message"] or "" for row in rows]
    assert [one["is_read"] for one in read] == [str(row["is_read"]).lower() for row in rows]
    assert tuple(read[0]) == LIST_FIELDS


def test_tsv_is_what_a_pipe_gets(wacr: Wacr, api: Api) -> None:
    """A row is a line, and special characters are escaped."""
    lines = wacr("messages", "list", "--fields", "id,message").text.split("\n")
    assert lines[0] == "id\tmessage"
    assert lines[4] == '4\tquote " comma , tab \\t newline \\n return \\r end'
    assert len(lines) == 9


def test_a_table_in_a_pipe_is_plain_and_uncut(wacr: Wacr, api: Api) -> None:
    """No colour, times as received, HTML as text, control characters visible."""
    text = wacr("messages", "list", "-f", "table").text
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "\u202e" not in text
    assert "␛]0;unterminated \\u202egnp.exe \\u009b31m" in text
    assert "Hi Priya,↵order & invoice" in text
    assert "2026-10-09T" in text


def test_fields_choose_and_order_the_columns(wacr: Wacr, api: Api) -> None:
    """In JSON and CSV, without fields that were only requested for others."""
    rows = json.loads(wacr("messages", "list", "-f", "json", "--fields", "type,is_read", "--all").stdout)
    assert list(rows[0]) == ["type", "is_read"]
    assert wacr("messages", "list", "-f", "csv", "--fields", "type,is_read", "--all").text.startswith("type,is_read\n")
    assert api.queries[0]["fields"] == "type,is_read,id"


@pytest.mark.parametrize(
    ("form", "empty"),
    [("json", "[]\n"), ("jsonl", ""), ("table", ""), ("csv", "id,message\n"), ("tsv", "id\tmessage\n")],
)
def test_nothing_found_is_a_success_that_names_the_query(wacr: Wacr, api: Api, form: str, empty: str) -> None:
    """Every format is empty."""
    result = wacr(
        "messages", "list", "--type", "video,audio", "--status", "ne:sent", "-f", form, "--fields", "id,message"
    )
    assert (result.status, result.text) == (0, empty)
    assert result.stderr == "No messages match: video or audio messages, not sent.\n"


def test_the_closing_line_has_the_numbers(wacr: Wacr, api: Api) -> None:
    """It names the flag that shows more; --quiet leaves it out."""
    assert "Showing 2 of 7 messages, 1 call" in wacr("messages", "list", "-L", "2").stderr
    assert "--all shows more" in wacr("messages", "list", "-L", "2").stderr
    assert "7 messages, 1 call" in wacr("messages", "list", "--all").stderr
    assert wacr("messages", "list", "-L", "2", "--quiet").stderr == ""


def test_a_page_names_the_next_page(wacr: Wacr, api: Api) -> None:
    """A page past the last one is not an error."""
    assert "--page 3 shows the next" in wacr("messages", "list", "--page", "2", "--per-page", "3").stderr
    past = wacr("messages", "list", "--page", "9", "--per-page", "3", "-f", "json")
    assert (past.status, past.text) == (0, "[]\n")
    assert "There is no page 9: only 7 messages match" in past.stderr


def test_count_is_one_call_and_the_number_alone(wacr: Wacr, api: Api) -> None:
    """The total of the API is used."""
    assert wacr("messages", "list", "--count", "--type", "text").text == "5\n"
    assert len(api.requests) == 1


def test_count_in_a_span_of_time_reads_the_messages(wacr: Wacr, api: Api) -> None:
    """The API can't count by sent_at."""
    assert wacr("messages", "list", "--count", "--since", "2026-10-09T21:30Z").text == "6\n"


def test_since_and_until_are_half_open(wacr: Wacr, api: Api) -> None:
    """A message sent at --since is in, one sent at --until is out."""
    words = ("messages", "list", "--since", "2026-10-09T22:00Z", "--until", "2026-10-09T23:00:00Z", "--fields", "id")
    assert wacr(*words).text == "id\n2\n"


def test_a_cut_list_is_not_called_complete(wacr: Wacr, api: Api) -> None:
    """In a span of time and with two directions."""
    for more in (["--since", "2020-01-01"], ["--with-direction"], ["--until", "2030-01-01", "--with-direction"]):
        assert "Showing 2" in wacr("messages", "list", "-L", "2", *more).stderr
        assert "7 messages" in wacr("messages", "list", "-L", "8", *more).stderr


def test_a_page_in_a_span_of_time_is_not_cut(wacr: Wacr, api: Api) -> None:
    """The default limit is not for pages."""
    api.app = Sandbox(World(NOW, [row(number) for number in range(1, 60)]))
    text = wacr("messages", "list", "--page", "1", "--per-page", "50", "--since", "2020-01-01", "--fields", "id").text
    assert len(text.splitlines()) == 51


def test_a_message_without_a_valid_time_makes_a_span_incomplete(wacr: Wacr, api: Api) -> None:
    """It is named and left out."""
    answer = {"data": [{"id": 1, "sent_at": "soon"}, {"id": 2, "sent_at": "2026-10-01T00:00:00Z"}]}
    api.app = lambda _: httpx.Response(200, json={**answer, "meta": {"pagination": {"total": 2, "has_more": False}}})
    result = wacr("messages", "list", "--since", "2020-01-01", "-f", "jsonl", "--fields", "id")
    assert (result.status, result.text) == (8, '{"id": 2}\n')
    assert "1 without a valid time: 1" in result.stderr


def test_no_colour_goes_into_a_file(wacr: Wacr, api: Api, tmp_path: Path) -> None:
    """A table written to a file is plain."""
    path = tmp_path / "t.txt"
    wacr("messages", "list", "-f", "table", "-o", str(path))
    assert "\x1b" not in path.read_text()
    assert "MESSAGE" in path.read_text()


def test_a_token_in_the_wrong_place_is_not_shown(wacr: Wacr, api: Api) -> None:
    """Even as a text to search for."""
    result = wacr("messages", "list", "--search", CANARY, "--verbose")
    assert result.stderr.count("[token]") == 2


@pytest.mark.parametrize("token", ["demo", "Bearer demo"])
def test_a_token_that_is_a_word_is_not_hidden_in_texts(
    wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """Otherwise `--demo` would be hidden."""
    monkeypatch.setenv("WACR_TOKEN", token)
    assert "'demo'" in wacr("messages", "list", "--format", "demo").stderr


def test_a_pasted_bearer_token_is_hidden(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """With or without the word before it."""
    monkeypatch.setenv("WACR_TOKEN", f"Bearer {CANARY}")
    assert "'[token]'" in wacr("messages", "list", "--format", CANARY).stderr


def test_a_device_takes_the_format_of_a_pipe(wacr: Wacr, api: Api) -> None:
    """A device has no ending that could name one."""
    assert wacr("messages", "list", "--output", "/dev/null").status == 0


def test_an_empty_page_says_nothing_of_other_pages(wacr: Wacr, api: Api) -> None:
    """Where the API does not count."""
    api.app = lambda _: httpx.Response(200, json={"data": []})
    assert wacr("messages", "list", "--page", "3").stderr == "There are no messages on page 3.\n"


def test_an_api_that_ignores_the_direction_is_detected(wacr: Wacr, api: Api) -> None:
    """The same ids for both directions are an error."""
    api.app = lambda _: httpx.Response(200, json={"data": [{"id": 1, "sent_at": "2026-01-01T00:00:00Z"}]})
    result = wacr("messages", "list", "--with-direction", "-f", "csv")
    assert (result.status, result.stdout) == (7, b"")


def test_dry_run_calls_nothing(wacr: Wacr, api: Api) -> None:
    """Each request is a curl command without the token; the cost is printed."""
    result = wacr("messages", "list", "--status", "failed", "--dry-run")
    assert api.requests == []
    assert result.text.count("\n") == 1
    assert result.text.startswith("curl ")
    assert '"Authorization: Bearer $WACR_TOKEN"' in result.text
    assert "filter%5Bstatus%5D=failed" in result.text
    assert "1 call, less than a minute at 100000 calls per minute" in result.stderr


def test_dry_run_needs_no_token(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeing what a run would do is free."""
    monkeypatch.delenv("WACR_TOKEN")
    assert wacr("messages", "list", "--dry-run").status == 0


def test_with_direction_merges_two_lists(wacr: Wacr, api: Api) -> None:
    """Newest first; each row has its direction."""
    rows = json.loads(wacr("messages", "list", "--with-direction", "-f", "json").stdout)
    assert [(row["id"], row["direction"]) for row in rows][:4] == [
        (7, "inbound"),
        (6, "inbound"),
        (5, "inbound"),
        (4, "inbound"),
    ]
    assert {row["id"]: row["direction"] for row in rows}[3] == "outbound"
    assert [query.get("filter[direction]") for query in api.queries] == ["inbound", "outbound", None]


def test_direction_is_a_column_in_every_format(wacr: Wacr, api: Api) -> None:
    """It is the last column of CSV and TSV, and stands beside the sender in the table."""
    assert wacr("messages", "list", "--with-direction", "-f", "csv").text.split("\n")[0].endswith(",direction")
    assert wacr("messages", "list", "--with-direction", "-f", "tsv").text.split("\n")[0].endswith("\tdirection")
    assert wacr("messages", "list", "--with-direction", "-f", "table").text.split()[4] == "DIRECTION"


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("m.csv", b"id,"),
        ("m.tsv", b"id\t"),
        ("m.json", b"[\n"),
        ("m.jsonl", b'{"id"'),
        ("m.ndjson", b'{"id"'),
        ("m.csv.gz", b"\x1f\x8b"),
    ],
)
def test_output_takes_its_format_from_the_ending(
    wacr: Wacr, api: Api, tmp_path: Path, name: str, begins: bytes
) -> None:
    """Standard output is empty, and no other file is left."""
    folder = tmp_path / "out"
    folder.mkdir()
    result = wacr("messages", "list", "--output", str(folder / name))
    assert (result.status, result.stdout) == (0, b"")
    assert (folder / name).read_bytes().startswith(begins)
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_failed_run_leaves_the_file_as_it_was(wacr: Wacr, api: Api, tmp_path: Path) -> None:
    """Nothing is left beside it."""
    path = tmp_path / "out" / "m.csv"
    path.parent.mkdir()
    path.write_text("yesterday")
    api.app = lambda _: httpx.Response(401, json={"message": "no"})
    assert wacr("messages", "list", "-o", str(path)).status == 4
    assert path.read_text() == "yesterday"
    assert [one.name for one in path.parent.iterdir()] == ["m.csv"]


def test_excel_is_safe_to_open(wacr: Wacr, api: Api) -> None:
    """A byte-order mark, CRLF, and an apostrophe before what would run as a formula; numbers stay numbers."""
    text = wacr("messages", "list", "--excel", "--fields", "id,sender_id,message", "--limit", "2").text
    assert text == "\ufeffid,sender_id,message\r\n7,,\r\n6,'+15550101,'=1+1\r\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--typ", "text"], "no such option: --typ; did you mean --type?"),
        (["--type", "nin:text"], "--type: unknown operator 'nin'"),
        (["--status", "ne:sent,read"], "--status: ne takes one value, not 2"),
        (["--status", "fialed"], "--status: unknown status 'fialed'; did you mean failed?"),
        (["--status", "sent", "--status", "ne:read"], "--status: values to include and values to exclude"),
        (["--direction", "out"], "--direction: unknown value 'out'; did you mean outbound?"),
        (["--type", ""], "--type: empty value"),
        (["--type", "text,"], "--type: empty value"),
        (["--search", " "], "--search: the text is empty"),
        (["--fields", "id,txt"], "--fields: unknown field 'txt'"),
        (["--sort", "sent_at"], "--sort: unknown value 'sent_at'"),
        (["--since", "soon"], "--since: not a time: 'soon'"),
        (["--since", "today", "--until", "yesterday"], "--since must be before --until"),
        (["--interaction-id", "1.5"], "--interaction-id: not an id: '1.5'"),
        (["--page", "0"], "'--page': '0' is not a whole number from 1"),
        (["--per-page", "101"], "'--per-page': '101' is not a whole number from 1 to 100"),
        (["--page", "1", "--limit", "5"], "--page and --limit can't be used together"),
        (["--page", "1", "--all"], "--page and --all can't be used together"),
        (["--page", "1", "--with-direction"], "--with-direction can't be used with --page"),
        (["--limit", "many"], "'many' is not a whole number from 1"),
        (["--filter", "status"], "--filter: not a filter: 'status'"),
        (["--filter", "status=x", "--status", "sent"], "--filter: two filters on status"),
        (["--format", "yaml"], "--format: unknown value 'yaml'"),
        (["--output", "messages"], "--output: the ending of 'messages' names no format"),
        (["--output", "/nowhere/m.csv"], "--output: can't write '/nowhere/m.csv': No such file or directory"),
        (["--excel", "--format", "json"], "--excel goes with csv, not with json"),
        (["--color", "red"], "--color: unknown value 'red'"),
        (["--profile", "shop"], "no profile named 'shop'"),
        (["--profile", ""], "--profile: the name is empty"),
        (["--count", "--limit", "5"], "--limit and --count can't be used together"),
        (["--count", "--page", "2"], "--page and --count can't be used together"),
        (["--all", "--limit", "5"], "--limit and --all can't be used together"),
        (["--timeout", "nan"], "'--timeout': 'nan' is not a number of seconds"),
        (["--timeout", "0"], "'--timeout': it must be greater than 0"),
        (["--max-wait", "inf"], "'--max-wait': 'inf' is not a number of seconds"),
        (["surplus"], "unexpected extra argument"),
    ],
)
def test_bad_input_is_refused_before_any_call(wacr: Wacr, api: Api, words: list[str], said: str) -> None:
    """Exit status 2, the flag in the first line, what to do in the second."""
    result = wacr("messages", "list", *words)
    assert (result.status, result.stdout, api.requests) == (2, b"", [])
    first, second = result.stderr.splitlines()[:2]
    assert first.startswith("wacr: ")
    assert said in first
    assert second


def test_an_unknown_type_is_passed_on(wacr: Wacr, api: Api) -> None:
    """Only a typo of one letter gets a hint."""
    assert "did you mean" not in wacr("messages", "list", "--type", "sticker").stderr
    assert "did you mean image?" in wacr("messages", "list", "--type", "imgae").stderr
    assert [query["filter[type]"] for query in api.queries] == ["sticker", "imgae"]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_with_json_an_error_is_an_object_too(wacr: Wacr, api: Api, form: str) -> None:
    """On the third line of standard error."""
    result = wacr("messages", "list", "--status", "x", f"--format={form}")
    error = json.loads(result.stderr.splitlines()[2])["error"]
    assert set(error) == {"code", "message", "hint", "status"}
    assert (error["code"], error["status"]) == ("USAGE", 2)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (httpx.Response(401, json={"error": {"code": "UNAUTHORIZED", "message": "Bad token"}}), 4, "(401): Bad token"),
        (httpx.Response(403, json={"error_code": "INSUFFICIENT_SCOPE", "message": "No"}), 4, "(403): No"),
        (httpx.Response(404, json={"error": "Nope"}), 3, "(404): Nope"),
        (httpx.Response(422, json={"message": "Bad", "errors": {"sort": ["Not so"]}}), 2, "Bad; sort: Not so"),
        (httpx.Response(302, headers={"Location": "https://evil.example/"}), 7, "redirects to https://evil.example/"),
        (httpx.Response(200, text="<html>login"), 7, "HTML, not JSON"),
        (httpx.Response(200, json={"data": {"id": 1}}), 7, "data is an object, not a list"),
        (httpx.Response(200, json={"data": [{"id": "x"}]}), 7, "data[0].id is a string, not an integer"),
        (httpx.Response(418, json={}), 7, "status 418"),
        (httpx.Response(200, json={"success": False, "message": "No way", "data": []}), 7, "reports a failure: No way"),
        (httpx.Response(200, json={"success": False, "message": CANARY}), 7, "reports a failure: [token]"),
        (httpx.Response(401, json={"message": "\x1b[2Jgone"}), 4, "␛[2Jgone"),
        (httpx.Response(401, json={"message": f"bad {CANARY}"}), 4, "bad [token]"),
    ],
)
def test_failures_have_their_exit_statuses(
    wacr: Wacr, api: Api, answer: httpx.Response, status: int, said: str
) -> None:
    """Each is printed in two lines, and its text is harmless."""
    api.app = lambda _: answer
    result = wacr("messages", "list")
    assert result.status == status
    assert said in result.stderr.splitlines()[0]
    assert len(result.stderr.splitlines()) == 2


def test_no_token_is_an_authentication_failure(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit status 4 without a call; the hint says how to log in."""
    monkeypatch.delenv("WACR_TOKEN")
    result = wacr("messages", "list")
    assert (result.status, api.requests) == (4, [])
    assert "--demo" in result.stderr


@pytest.mark.parametrize(
    "place", [["--demo", "messages", "list"], ["messages", "--demo", "list"], ["messages", "list", "--demo"]]
)
def test_global_options_stand_anywhere(wacr: Wacr, monkeypatch: pytest.MonkeyPatch, place: list[str]) -> None:
    """--demo needs no token and no valid configuration."""
    monkeypatch.delenv("WACR_TOKEN")
    monkeypatch.setenv("WACR_CONFIG_DIR", "/dev/null")
    result = wacr(*place, "-f", "jsonl", "-L", "3")
    assert (result.status, len(result.text.splitlines())) == (0, 3)


def test_an_unexpected_error_prints_no_traceback(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the log, which has no data."""

    def broken(_: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError(CANARY)

    api.app = broken
    result = wacr("messages", "list")
    assert result.status == 1
    assert result.stderr.startswith("wacr: an unexpected error (ZeroDivisionError)\n")
    log = Path(result.stderr.split(" is in ")[1].strip().rstrip("."))
    assert "ZeroDivisionError" in log.read_text()
    assert CANARY not in log.read_text()


def test_a_host_name_that_cannot_be_encoded_is_refused(wacr: Wacr, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host name with invalid punycode is a usage error."""
    monkeypatch.setenv("WACR_API_URL", "https://xn--zzzz.example/api/v2")
    result = wacr("messages", "list")
    assert result.status == 2
    assert "invalid host name" in result.stderr
