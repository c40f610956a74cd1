"""Answers: every shape in which they may come is read, and every other is said to be none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.api.envelope import Page, decode, failure, parse_item, parse_page, parse_raw_page
from wacr_cli.core import errors
from wacr_cli.core.errors import BadResponseError, WacrError

ROWS: list[dict[str, Any]] = [{"id": 3, "message": "a"}, {"id": 2, "message": None}]
NUMBERS = {"current_page": 2, "last_page": 9, "per_page": 2, "total": 17}


class TestListShapes:
    """The four places for the numbers of pages."""

    @pytest.mark.parametrize(
        "answer",
        [
            {"data": ROWS, "meta": {"pagination": NUMBERS}},
            {"success": True, "message": "OK", "data": ROWS, "meta": {"pagination": NUMBERS}},
            {"data": ROWS, "meta": NUMBERS, "links": {"next": None}},
            {"data": {"data": ROWS, **NUMBERS}},
            {"success": True, "data": {"data": ROWS, "next_page_url": None, **NUMBERS}},
            {"data": {"data": ROWS, "meta": NUMBERS}},
            {"data": {"data": ROWS}, "meta": {"pagination": NUMBERS}},
            {"data": ROWS, **NUMBERS},
            {"data": ROWS, "pagination": NUMBERS},
            {"data": ROWS, "meta": {"pagination": {name: str(number) for name, number in NUMBERS.items()}}},
        ],
    )
    def test_numbers_are_found_in_each_place(self, answer: object) -> None:
        """As texts too."""
        assert parse_page(answer) == Page(ROWS, True, 17, 2, 2)

    @pytest.mark.parametrize(
        "answer",
        [
            {"data": ROWS},
            {"data": ROWS, "meta": {}},
            {"data": ROWS, "meta": None},
            {"data": ROWS, "meta": []},
            {"data": ROWS, "meta": {"pagination": None}},
            {"data": ROWS, "meta": {"pagination": {"has_more": "yes", "total": -1, "per_page": True}}},
            {"data": {"data": ROWS}},
        ],
    )
    def test_without_valid_numbers_only_the_rows_are_known(self, answer: object) -> None:
        """Without numbers, or with such as make no sense, nothing is known but the rows."""
        assert parse_page(answer) == Page(ROWS, None, None, None, None)

    @pytest.mark.parametrize("more", [True, False])
    @pytest.mark.parametrize("where", ["meta.pagination", "meta", "pagination", "top", "inner"])
    def test_has_more_is_enough(self, where: str, more: bool) -> None:
        """In each place."""
        said = {"has_more": more}
        answer = {
            "meta.pagination": {"data": ROWS, "meta": {"pagination": said}},
            "meta": {"data": ROWS, "meta": said},
            "pagination": {"data": ROWS, "pagination": said},
            "top": {"data": ROWS, **said},
            "inner": {"data": {"data": ROWS, **said}},
        }[where]
        assert parse_page(answer) == Page(ROWS, more, None, None, None)

    @pytest.mark.parametrize(
        ("said", "more"),
        [
            ({"has_more": False, "current_page": 1, "last_page": 9}, False),
            ({"has_more": True, "current_page": 9, "last_page": 9}, True),
            ({"current_page": 1, "last_page": 9}, True),
            ({"current_page": 9, "last_page": 9}, False),
            ({"current_page": 10, "last_page": 9}, False),
            ({"has_more": None, "current_page": 1, "last_page": 2}, True),
            ({"has_more": 1, "current_page": 2, "last_page": 2}, False),
            ({"current_page": 1}, None),
            ({"last_page": 9}, None),
            ({"total": 100}, None),
            ({}, None),
        ],
    )
    def test_has_more_decides_before_the_numbers_of_pages(self, said: dict[str, object], more: bool | None) -> None:
        """``has_more`` decides, else the pages' numbers, else nothing does."""
        assert parse_page({"data": ROWS, "meta": {"pagination": said}}).has_more is more

    def test_the_documented_place_counts_if_two_disagree(self) -> None:
        """Where two places disagree, the documented one counts."""
        answer = {"data": ROWS, "total": 1, "meta": {"total": 2, "pagination": {"total": 3}}}
        assert parse_page(answer).total == 3

    def test_an_empty_list_is_valid(self) -> None:
        """An empty list is a list."""
        assert parse_page({"data": [], "meta": {"pagination": {"has_more": False, "total": 0}}}) == Page(
            [], False, 0, None, None
        )

    def test_rows_keep_their_order_and_undocumented_fields(self) -> None:
        """Rows keep their order and their undocumented fields."""
        rows = [{"id": 1, "new": {"deep": [1, 2.5, None]}, "flag": True}, {"id": 1}]
        assert parse_page({"data": rows}).rows == rows

    def test_rows_need_no_id_if_none_was_requested(self) -> None:
        """Rows need no id where none was asked for."""
        assert parse_page({"data": [{"status": "read"}]}, with_ids=False).rows == [{"status": "read"}]


class TestIds:
    """Ids may be strings of digits; they are read as integers."""

    @pytest.mark.parametrize("number", [0, 7, 120, 2**63 - 1])
    @pytest.mark.parametrize("with_ids", [True, False])
    def test_pages(self, number: int, with_ids: bool) -> None:
        """A page of messages or contacts has integers."""
        answer = {"data": [{"id": str(number)}, {"id": number, "interaction_id": str(number), "staff_id": None}]}
        expected = [{"id": number}, {"id": number, "interaction_id": number, "staff_id": None}]
        assert parse_page(answer, with_ids=with_ids).rows == expected

    def test_items(self) -> None:
        """A single row has integers; a text that only looks like a number stays a text."""
        item = {"id": "7", "assigned_id": "3", "status_id": "x", "zip": "12", "sender_id": "15550100"}
        expected = {"id": 7, "assigned_id": 3, "status_id": "x", "zip": "12", "sender_id": "15550100"}
        assert parse_item({"data": item}) == expected

    def test_raw_pages_stay_as_they_are(self) -> None:
        """A raw page is passed on unchanged."""
        assert parse_raw_page({"data": [{"id": "7"}, {}]}).rows == [{"id": "7"}, {}]


class TestNotLists:
    """What is not a list of messages."""

    @pytest.mark.parametrize(
        ("answer", "what"),
        [
            (None, "the response is null, not an object"),
            ([], "the response is a list, not an object"),
            ("x", "the response is a string, not an object"),
            (5, "the response is a number, not an object"),
            (True, "the response is a boolean, not an object"),
            ({}, "the response's data is missing, not a list"),
            ({"data": None}, "the response's data is null, not a list"),
            ({"data": {}}, "the response's data is an object, not a list"),
            ({"data": {"data": None}}, "the response's data is an object, not a list"),
            ({"data": {"id": 1}}, "the response's data is an object, not a list"),
            ({"data": "x"}, "the response's data is a string, not a list"),
            ({"data": False}, "the response's data is a boolean, not a list"),
            ({"data": 1.5}, "the response's data is a number, not a list"),
            ({"data": [None]}, "the response's data[0] is null, not an object"),
            ({"data": [{"id": 1}, []]}, "the response's data[1] is a list, not an object"),
            ({"data": [[{"id": 1}]]}, "the response's data[0] is a list, not an object"),
            ({"data": [{}]}, "the response's data[0].id is missing, not an integer"),
            ({"data": [{"id": None}]}, "the response's data[0].id is null, not an integer"),
            *(
                ({"data": [{"id": text}]}, "the response's data[0].id is a string, not an integer")
                for text in (
                    "012",
                    "-5",
                    "1e3",
                    " 5",
                    "5 ",
                    "5\n",
                    "",
                    "+5",
                    "1_0",
                    "\u0665",
                    "\u00b2",
                    "1.0",
                    str(2**63),
                )
            ),
            ({"data": [{"id": 1.0}]}, "the response's data[0].id is a number, not an integer"),
            ({"data": [{"id": 1}, {"id": True}]}, "the response's data[1].id is a boolean, not an integer"),
        ],
    )
    def test_the_error_names_the_first_wrong_value_and_its_place(self, answer: object, what: str) -> None:
        """The first thing that is wrong is named, with where it stands."""
        with pytest.raises(BadResponseError) as caught:
            parse_page(answer)
        assert caught.value.message == what
        assert caught.value.hint

    @pytest.mark.parametrize(
        ("answer", "what"),
        [
            ([], "the response is a list, not an object"),
            ({}, "the response's data is null, not an object"),
            ({"data": []}, "the response's data is a list, not an object"),
            ({"data": {}}, "the response's data.id is missing, not an integer"),
            ({"data": {"id": "07"}}, "the response's data.id is a string, not an integer"),
            ({"data": {"id": False}}, "the response's data.id is a boolean, not an integer"),
        ],
    )
    def test_a_wrong_single_message_is_refused(self, answer: object, what: str) -> None:
        """The same for a single message."""
        with pytest.raises(BadResponseError) as caught:
            parse_item(answer)
        assert caught.value.message == what

    def test_a_single_message_stands_under_data(self) -> None:
        """A single message stands under data."""
        assert parse_item({"success": True, "data": {"id": 7, "url": None}}) == {"id": 7, "url": None}

    @settings(deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=3),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["data", "meta", "pagination", "id", "has_more", "total"]), inner)
            ),
        )
    )
    def test_any_json_is_a_page_or_a_bad_response(self, answer: object) -> None:
        """Any JSON at all is a page of rows with ids, or a bad answer, and nothing else."""
        failure, rows = "", []
        try:
            rows = parse_page(answer).rows
        except BadResponseError as error:
            failure = error.message
        assert failure == "" or failure.startswith("the response")
        assert all(type(row["id"]) is int for row in rows)


class TestDecode:
    """Bytes to JSON."""

    @pytest.mark.parametrize(
        ("body", "value"),
        [
            (b'{"data": []}', {"data": []}),
            (b' \n[1, 2.5, -0.25, "\\u00e9", null, true]\n', [1, 2.5, -0.25, "é", None, True]),
            ("\ufeff{}".encode(), {}),
            ('"नमस्ते 👋"'.encode(), "नमस्ते 👋"),
            (b'"\\ud83d"', "\ud83d"),
            (b"9007199254740993", 9007199254740993),
            (b"123456789012345678901234567890", 123456789012345678901234567890),
            (b"1e308", 1e308),
            (b'"\\u0000"', "\0"),
        ],
    )
    def test_numbers_texts_and_a_byte_order_mark_are_decoded(self, body: bytes, value: object) -> None:
        """Numbers as they are written, texts of any kind, a byte-order mark passed over."""
        assert decode(body) == value

    @pytest.mark.parametrize(
        ("body", "what"),
        [
            (b"", "the response is empty"),
            (b" \r\n", "the response is empty"),
            (b"<!doctype html><title>Login</title>", "the response is HTML, not JSON"),
            (b"\n <html>", "the response is HTML, not JSON"),
            (b"OK", "the response is not JSON: "),
            (b'{"data": [', "the response is not JSON: "),
            (b'{"data": []} trailing', "the response is not JSON: "),
            (b"{'data': []}", "the response is not JSON: "),
            (b'"\xff\xfe"', "the response is not JSON: "),
            (b'"a\nb"', "the response is not JSON: "),
            (b"\x00\x00", "the response is not JSON: "),
            (b'{"data": NaN}', "the response is not JSON: NaN is not a number"),
            (b"[Infinity]", "the response is not JSON: Infinity is not a number"),
            (b"[-Infinity]", "the response is not JSON: -Infinity is not a number"),
            (b"[1e999]", "the response is not JSON: 1e999 is out of range"),
            (b"[-1e999]", "the response is not JSON: -1e999 is out of range"),
            (b"[" + b"9" * 5000 + b"]", "the response is not JSON: "),
            (b"[" + b"9" * 5000 + b".5]", "the response is not JSON: 99999999999999999999 is out of range"),
            (b"[" * 100_000 + b"]" * 100_000, "the response's JSON is nested too deeply"),
            (b'{"data":' * 100_000, "the response's JSON is nested too deeply"),
        ],
    )
    def test_what_is_not_json_is_refused_in_one_line(self, body: bytes, what: str) -> None:
        """Whatever is not JSON, or not JSON that others could read, is refused in a line that can be read."""
        with pytest.raises(BadResponseError) as caught:
            decode(body)
        assert caught.value.message.startswith(what)
        assert len(caught.value.message) < 300

    @settings(deadline=None)
    @given(st.binary())
    def test_any_bytes_decode_or_are_a_bad_response(self, body: bytes) -> None:
        """Any bytes decode or are a bad answer."""
        failure, value = "", None
        try:
            value = decode(body)
        except BadResponseError as error:
            failure = error.message
        assert failure == "" or failure.startswith("the response")
        assert json.dumps(value, allow_nan=False)


class TestFailure:
    """Responses with another status than 200."""

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, errors.UsageError),
            (401, errors.AuthError),
            (403, errors.AuthError),
            (404, errors.NotFoundError),
            (408, errors.UnavailableError),
            (425, errors.UnavailableError),
            (422, errors.UsageError),
            (429, errors.RateLimitError),
            (500, errors.UnavailableError),
            (502, errors.UnavailableError),
            (503, errors.UnavailableError),
            (504, errors.UnavailableError),
            (599, errors.UnavailableError),
            (204, errors.BadResponseError),
            (301, errors.BadResponseError),
            (302, errors.BadResponseError),
            (307, errors.BadResponseError),
            (402, errors.BadResponseError),
            (405, errors.BadResponseError),
            (410, errors.BadResponseError),
            (418, errors.BadResponseError),
        ],
    )
    @pytest.mark.parametrize(
        "body", [b"", b"<html>oops</html>", b"{}", b"[]", b"null", b'{"message": null}', b"[" * 99_999]
    )
    def test_the_status_decides_the_kind_of_failure(self, status: int, kind: type[WacrError], body: bytes) -> None:
        """Whatever the body is."""
        error = failure(status, body)
        assert type(error) is kind
        assert str(status) in error.message
        assert error.hint

    @pytest.mark.parametrize(
        "answer",
        [
            {"error": {"code": "RATE_LIMIT_EXCEEDED", "message": "Slow down."}},
            {"success": False, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "Slow down."}},
            {"success": False, "error_code": "RATE_LIMIT_EXCEEDED", "message": "Slow down."},
            {"code": "RATE_LIMIT_EXCEEDED", "message": "Slow down."},
            {"code": "RATE_LIMIT_EXCEEDED", "error": "Slow down."},
            {"error": {"code": "RATE_LIMIT_EXCEEDED"}, "message": "Slow down."},
            {"error": {"code": 429, "message": "Slow down."}, "code": "RATE_LIMIT_EXCEEDED", "message": "other"},
        ],
    )
    @pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 500, 405])
    def test_the_code_and_message_of_the_api_are_found(self, status: int, answer: object) -> None:
        """In each place."""
        error = failure(status, json.dumps(answer).encode())
        assert error.code == "RATE_LIMIT_EXCEEDED"
        assert error.message.endswith(": Slow down.")

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (
                {"message": "The given data was invalid.", "errors": {"sort": ["The sort is invalid.", "second"]}},
                "The given data was invalid.; sort: The sort is invalid.",
            ),
            ({"errors": {"page": "must be a number", "x": []}}, "page: must be a number; x"),
            ({"error": {"message": "no", "errors": {"per_page": ["too many"]}}}, "no; per_page: too many"),
            ({"message": "no", "errors": ["a", "b"]}, "no"),
            ({"message": "no", "errors": {"a": [{"deep": 1}]}}, "no; a"),
        ],
    )
    def test_the_details_of_a_422_are_passed_on(self, answer: object, said: str) -> None:
        """What a 422 says of each field is passed on."""
        assert failure(422, json.dumps(answer).encode()).message.endswith(f": {said}")

    @pytest.mark.parametrize("code", ["no", "a b", "", "x" * 50, "X" * 50, 5, None, ["A"], "AB\n", "1AB"])
    def test_an_invalid_code_is_replaced_by_the_default(self, code: object) -> None:
        """A code that looks like none is left out for the kind's own."""
        assert failure(401, json.dumps({"error": {"code": code}}).encode()).code == "UNAUTHORIZED"

    def test_a_403_names_the_missing_scope(self) -> None:
        """It has its own code."""
        error = failure(403, b"")
        assert error.code == "INSUFFICIENT_SCOPE"
        assert "messages:read" in error.hint

    @pytest.mark.parametrize(
        ("location", "said"), [("https://evil.example/", " to https://evil.example/ ("), ("", " (")]
    )
    def test_a_redirect_names_its_target(self, location: str, said: str) -> None:
        """And says that the token is not sent there."""
        assert failure(302, b"", location).message == f"the API redirects{said}302); redirects are not followed"

    @settings(deadline=None)
    @given(
        st.integers(100, 999).filter(lambda status: status != 200),
        st.dictionaries(
            st.sampled_from(["error", "message", "code", "errors", "error_code"]),
            st.recursive(
                st.none() | st.text() | st.integers(),
                lambda inner: (
                    st.lists(inner) | st.dictionaries(st.sampled_from(["code", "message", "errors"]) | st.text(), inner)
                ),
            ),
        ),
    )
    def test_any_response_can_be_described(self, status: int, answer: object) -> None:
        """No error answer makes reading it fail."""
        assert failure(status, json.dumps(answer).encode()).exit_status in range(2, 8)
