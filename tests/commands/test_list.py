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
    """One call is made, with exactly the parameters that the flags stand for."""
    assert wacr("messages", "list", *flags).status == 0
    assert api.queries == [parameters]


def test_the_call_carries_the_token_and_says_who_calls(wacr: Wacr, api: Api) -> None:
    """Each call asks for JSON, names the program, and has the token in its header alone."""
    wacr("messages", "list")
    headers = api.requests[0].headers
    assert headers["authorization"] == f"Bearer {CANARY}"
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].startswith("wacr/")
    assert CANARY not in str(api.requests[0].url)


def test_json_is_one_array_of_the_api_s_own_objects(wacr: Wacr, api: Api) -> None:
    """Every row has all nine fields with their own types, newest first."""
    rows = json.loads(wacr("messages", "list", "-f", "json").stdout)
    assert [row["id"] for row in rows] == [7, 6, 5, 4, 3, 2, 1]
    assert rows == api.app(api.requests[0]).json()["data"]
    assert set(rows[0]) == set(LIST_FIELDS)


def test_jsonl_is_the_same_a_line_each(wacr: Wacr, api: Api) -> None:
    """Each line is one object, and together they are the array of json."""
    lines = wacr("messages", "list", "-f", "jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == api.app(api.requests[0]).json()["data"]


def test_csv_round_trips_every_message(wacr: Wacr, api: Api) -> None:
    """Python's csv module reads back each message exactly; null is empty, booleans are words."""
    result = wacr("messages", "list", "-f", "csv")
    read = list(csv.DictReader(io.StringIO(result.text, newline="")))
    rows = api.app(api.requests[0]).json()["data"]
    assert [one["message"] for one in read] == [row["message"] or "" for row in rows]
    assert [one["is_read"] for one in read] == [str(row["is_read"]).lower() for row in rows]
    assert tuple(read[0]) == LIST_FIELDS


def test_tsv_is_what_a_pipe_gets(wacr: Wacr, api: Api) -> None:
    """Without a flag and without a terminal: tab-separated, a line a row, specials escaped."""
    lines = wacr("messages", "list", "--fields", "id,message").text.split("\n")
    assert lines[0] == "id\tmessage"
    assert lines[4] == '4\tquote " comma , tab \\t newline \\n return \\r end'
    assert len(lines) == 9


def test_a_table_in_a_pipe_is_plain_and_uncut(wacr: Wacr, api: Api) -> None:
    """No colour, times as received, HTML as text, and every control visible."""
    text = wacr("messages", "list", "-f", "table").text
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "\u202e" not in text
    assert "␛]0;unterminated \\u202egnp.exe \\u009b31m" in text
    assert "Hi Priya,↵order & invoice" in text
    assert "2026-10-09T" in text


def test_fields_choose_and_order_the_columns(wacr: Wacr, api: Api) -> None:
    """JSON and CSV hold the fields asked for, in that order, and nothing that was asked for underneath."""
    rows = json.loads(wacr("messages", "list", "-f", "json", "--fields", "type,is_read", "--all").stdout)
    assert list(rows[0]) == ["type", "is_read"]
    assert wacr("messages", "list", "-f", "csv", "--fields", "type,is_read", "--all").text.startswith("type,is_read\n")
    assert api.queries[0]["fields"] == "type,is_read,id"


@pytest.mark.parametrize(
    ("form", "empty"),
    [("json", "[]\n"), ("jsonl", ""), ("table", ""), ("csv", "id,message\n"), ("tsv", "id\tmessage\n")],
)
def test_nothing_found_is_a_success_that_names_the_question(wacr: Wacr, api: Api, form: str, empty: str) -> None:
    """An empty answer is empty in every format, exit 0, and standard error says what did not match."""
    result = wacr(
        "messages", "list", "--type", "video,audio", "--status", "ne:sent", "-f", form, "--fields", "id,message"
    )
    assert (result.status, result.text) == (0, empty)
    assert result.stderr == "No messages match: video or audio messages, not sent.\n"


def test_the_last_line_says_how_much_was_shown(wacr: Wacr, api: Api) -> None:
    """A list that was cut names the whole and the flag that shows it; --quiet leaves it out."""
    assert "Showing 2 of 7 messages, 1 call" in wacr("messages", "list", "-L", "2").stderr
    assert "--all shows more" in wacr("messages", "list", "-L", "2").stderr
    assert "7 messages, 1 call" in wacr("messages", "list", "--all").stderr
    assert wacr("messages", "list", "-L", "2", "--quiet").stderr == ""


def test_page_says_what_comes_next(wacr: Wacr, api: Api) -> None:
    """One page is shown as the API has it, the next is named, and one past the last is no error."""
    assert "--page 3 shows the next" in wacr("messages", "list", "--page", "2", "--per-page", "3").stderr
    past = wacr("messages", "list", "--page", "9", "--per-page", "3", "-f", "json")
    assert (past.status, past.text) == (0, "[]\n")
    assert "There is no page 9: only 7 messages match" in past.stderr


def test_count_is_one_call_and_the_number_alone(wacr: Wacr, api: Api) -> None:
    """The service's own count is used."""
    assert wacr("messages", "list", "--count", "--type", "text").text == "5\n"
    assert len(api.requests) == 1


def test_count_in_a_span_of_time_reads_the_messages(wacr: Wacr, api: Api) -> None:
    """The service can't count by sent_at, so the rows are read and counted."""
    assert wacr("messages", "list", "--count", "--since", "2026-10-09T21:30Z").text == "6\n"


def test_since_and_until_are_half_open(wacr: Wacr, api: Api) -> None:
    """A message sent at --since is in, one sent at --until is out."""
    words = ("messages", "list", "--since", "2026-10-09T22:00Z", "--until", "2026-10-09T23:00:00Z", "--fields", "id")
    assert wacr(*words).text == "id\n2\n"


def test_a_cut_list_is_not_called_complete(wacr: Wacr, api: Api) -> None:
    """Where --limit left something out, of a span of time or of two directions, the last line does not say complete."""
    for more in (["--since", "2020-01-01"], ["--with-direction"], ["--until", "2030-01-01", "--with-direction"]):
        assert "Showing 2" in wacr("messages", "list", "-L", "2", *more).stderr
        assert "7 messages" in wacr("messages", "list", "-L", "8", *more).stderr


def test_a_page_in_a_span_of_time_is_not_cut(wacr: Wacr, api: Api) -> None:
    """The default limit is for lists, not for a page that was asked for."""
    api.app = Sandbox(World(NOW, [row(number) for number in range(1, 60)]))
    text = wacr("messages", "list", "--page", "1", "--per-page", "50", "--since", "2020-01-01", "--fields", "id").text
    assert len(text.splitlines()) == 51


def test_a_time_that_can_t_be_read_is_told(wacr: Wacr, api: Api) -> None:
    """A message that can't be placed in a span of time is left out, named, and the run is incomplete."""
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
    """Even where a person pasted it as a text to search for, neither --verbose nor the last line says it."""
    result = wacr("messages", "list", "--search", CANARY, "--verbose")
    assert result.stderr.count("[token]") == 2


@pytest.mark.parametrize("token", ["demo", "Bearer demo"])
def test_a_short_token_leaves_the_program_s_words_alone(
    wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """What is no longer than a word is not looked for in what is said, or `--demo` would be hidden."""
    monkeypatch.setenv("WACR_TOKEN", token)
    assert "'demo'" in wacr("messages", "list", "--format", "demo").stderr


def test_a_pasted_bearer_is_hidden_all_the_same(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token is hidden, with or without the word before it."""
    monkeypatch.setenv("WACR_TOKEN", f"Bearer {CANARY}")
    assert "'[token]'" in wacr("messages", "list", "--format", CANARY).stderr


def test_a_device_takes_the_format_of_a_pipe(wacr: Wacr, api: Api) -> None:
    """A device has no ending that could name one."""
    assert wacr("messages", "list", "--output", "/dev/null").status == 0


def test_a_page_without_messages_is_said_to_be_that(wacr: Wacr, api: Api) -> None:
    """Where the service does not count, an empty page says nothing of the other pages."""
    api.app = lambda _: httpx.Response(200, json={"data": []})
    assert wacr("messages", "list", "--page", "3").stderr == "There are no messages on page 3.\n"


def test_a_service_that_ignores_the_direction_is_found_out(wacr: Wacr, api: Api) -> None:
    """A message has one direction: the same ids for both are no answer."""
    api.app = lambda _: httpx.Response(200, json={"data": [{"id": 1, "sent_at": "2026-01-01T00:00:00Z"}]})
    result = wacr("messages", "list", "--with-direction", "-f", "csv")
    assert (result.status, result.stdout) == (7, b"")


def test_dry_run_calls_nothing(wacr: Wacr, api: Api) -> None:
    """Each request is a curl line with the token left to the shell, and what it would cost is said."""
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


def test_with_direction_merges_two_walks(wacr: Wacr, api: Api) -> None:
    """Both directions are read apart and merged newest first, each row saying its own."""
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
    """The file is whole, standard output is empty, and nothing else is left in the folder."""
    folder = tmp_path / "out"
    folder.mkdir()
    result = wacr("messages", "list", "--output", str(folder / name))
    assert (result.status, result.stdout) == (0, b"")
    assert (folder / name).read_bytes().startswith(begins)
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_failed_run_leaves_the_file_as_it_was(wacr: Wacr, api: Api, tmp_path: Path) -> None:
    """When the service fails, the last good dump stays and nothing lies beside it."""
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
    """Exit 2, one line that names the flag and one that helps, nothing called, nothing on standard output."""
    result = wacr("messages", "list", *words)
    assert (result.status, result.stdout, api.requests) == (2, b"", [])
    first, second = result.stderr.splitlines()[:2]
    assert first.startswith("wacr: ")
    assert said in first
    assert second


def test_an_unknown_type_is_passed_on(wacr: Wacr, api: Api) -> None:
    """The set of types is open: only a slip of one letter earns a hint."""
    assert "did you mean" not in wacr("messages", "list", "--type", "sticker").stderr
    assert "did you mean image?" in wacr("messages", "list", "--type", "imgae").stderr
    assert [query["filter[type]"] for query in api.queries] == ["sticker", "imgae"]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_with_json_an_error_is_an_object_too(wacr: Wacr, api: Api, form: str) -> None:
    """The third line on standard error is for programs."""
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
def test_answers_become_the_contract_s_exit_statuses(
    wacr: Wacr, api: Api, answer: httpx.Response, status: int, said: str
) -> None:
    """Each failure of the service has its exit status and is printed in two lines, its text shown and not obeyed."""
    api.app = lambda _: answer
    result = wacr("messages", "list")
    assert result.status == status
    assert said in result.stderr.splitlines()[0]
    assert len(result.stderr.splitlines()) == 2


def test_no_token_is_an_authentication_failure(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 4, nothing called, and the way out is named."""
    monkeypatch.delenv("WACR_TOKEN")
    result = wacr("messages", "list")
    assert (result.status, api.requests) == (4, [])
    assert "--demo" in result.stderr


@pytest.mark.parametrize(
    "place", [["--demo", "messages", "list"], ["messages", "--demo", "list"], ["messages", "list", "--demo"]]
)
def test_house_options_stand_anywhere(wacr: Wacr, monkeypatch: pytest.MonkeyPatch, place: list[str]) -> None:
    """--demo works before and after the command's name, with no token and a broken configuration."""
    monkeypatch.delenv("WACR_TOKEN")
    monkeypatch.setenv("WACR_CONFIG_DIR", "/dev/null")
    result = wacr(*place, "-f", "jsonl", "-L", "3")
    assert (result.status, len(result.text.splitlines())) == (0, 3)


def test_an_unforeseen_failure_is_no_traceback(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong inside, one line says so and one where its log is, which holds no data."""

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
