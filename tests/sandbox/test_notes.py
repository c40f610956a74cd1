"""The sandbox responds for internal notes, templates and the files of media messages."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.sample.media import make_files
from tests.sandbox.sample import NOW, SAMPLE
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.media import CONTENT_TYPES, FILES
from wacr_cli.sandbox.serve import serve
from wacr_cli.sandbox.world import Row, World

ORIGIN = "https://sandbox.example"
KINDS = {
    "jpg": "JPEG image data",
    "png": "PNG image data",
    "ogg": "Ogg data, Opus audio",
    "pdf": "PDF document",
    "mp4": "ISO Media, MP4",
}
"""What the program `file` says of each."""


def get(path: str, *, auth: str | None = "t", world: World = SAMPLE) -> httpx.Response:
    """Return the response for a path below the API's address."""
    headers = {"Authorization": f"Bearer {auth}"} if auth else {}
    return Sandbox(world)(httpx.Request("GET", f"{ORIGIN}/{path}", headers=headers))


def data(path: str) -> Any:
    """Return the data of a successful response."""
    response = get(f"api/v2/{path}")
    assert response.status_code == 200, response.text
    return response.json()["data"]


class TestComments:
    """The internal notes on a conversation."""

    @pytest.mark.parametrize("number", ["910000010000", "%2B91%200000-010000"])
    def test_newest_first_in_one_response(self, number: str) -> None:
        """The number may have any notation; the response has no pages."""
        rows = data(f"comments/{number}")
        assert [row["sent_at"] for row in rows] == sorted((row["sent_at"] for row in rows), reverse=True)
        assert {row["interaction_id"] for row in rows} == {1204}
        assert [row["status_message"] for row in rows[:4]] == [
            "Follow up",
            "Photo",
            "Internal comment",
            "Internal comment",
        ]
        assert rows[1]["url"].startswith(f"{ORIGIN}/media/")
        assert "meta" not in get(f"api/v2/comments/{number}").json()

    def test_messages_do_not_list_them(self) -> None:
        """Their ids are not those of messages."""
        for row in data("comments/910000010000"):
            assert get(f"api/v2/messages/{row['id']}").status_code == 404

    @pytest.mark.parametrize("path", ["comments", "comments/", "comments/15550199", "comments/x", "comments/1/2"])
    def test_a_number_without_a_conversation_is_404(self, path: str) -> None:
        """The code is NOT_FOUND."""
        response = get(f"api/v2/{path}", world=World(NOW, [Row(id=1, interaction_id=3)]))
        assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")

    def test_a_conversation_without_notes_has_an_empty_list(self) -> None:
        """It is no error."""
        world = World(NOW, [Row(id=1, interaction_id=3, number="15550199")])
        assert get("api/v2/comments/15550199", world=world).json() == {"success": True, "data": []}


class TestTemplates:
    """Message templates."""

    def test_one_has_the_object_of_the_list(self) -> None:
        """Its id in the path is WhatsApp's."""
        rows = data("templates?per_page=100")
        assert len(rows) == len(SAMPLE.templates)
        assert data(f"templates/{rows[3]['template_id']}") == rows[3]
        assert rows[3]["template_name"] == rows[3]["name"]
        assert get(f"api/v2/templates/{rows[3]['id']}").status_code == 404

    @pytest.mark.parametrize(
        ("query", "matches"),
        [
            ("filter[status]=PENDING", lambda row: row["status"] == "PENDING"),
            ("filter[category][in]=MARKETING,AUTHENTICATION", lambda row: row["category"] != "UTILITY"),
            ("filter[language][ne]=en", lambda row: row["language"] != "en"),
            ("search=ORDER_", lambda row: row["template_name"].startswith("order_")),
            ("q=authen", lambda row: row["category"] == "AUTHENTICATION"),
            ("filter[unknown]=x&search=spice", lambda row: row["template_name"] == "spice_box"),
        ],
    )
    def test_filters(self, query: str, matches: Any) -> None:
        """Each selects the matching templates and no others."""
        expected = [row for row in data("templates?per_page=100") if matches(row)]
        assert data(f"templates?per_page=100&{query}") == expected
        assert 0 < len(expected) < len(SAMPLE.templates)

    def test_sort_pages_and_fields(self) -> None:
        """Several fields sort, a page has 15, and only the fields that are asked for are there."""
        rows = data("templates?sort=template_name,-created_at&fields=name,language,nothing")
        assert len(rows) == 15
        assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)
        assert {tuple(row) for row in rows} == {("name", "language")}
        assert get("api/v2/templates?sort=id").json()["errors"] == {"sort": ["The selected sort is invalid."]}

    def test_those_for_one_time_codes(self) -> None:
        """They have a path of their own."""
        rows = data("auth/templates?search=login&per_page=1")
        assert [(row["category"], row["language"]) for row in rows] == [("AUTHENTICATION", "en")]
        assert len(data("auth/templates")) == 2

    def test_buttons_are_a_json_text(self) -> None:
        """A template without buttons has an empty array."""
        rows = data("templates?per_page=100")
        assert {type(json.loads(row["buttons_data"])) for row in rows} == {list}
        assert json.loads(rows[0]["buttons_data"]) == [{"type": "URL", "text": "See your order"}]


class TestMedia:
    """The files of media messages."""

    @pytest.mark.parametrize("extension", KINDS)
    def test_a_message_s_file(self, extension: str) -> None:
        """Its address is below the sandbox's origin; it needs no token."""
        row = next(row for row in SAMPLE.rows if row.url and row.url.endswith(extension))
        url = data(f"messages/{row.id}")["url"]
        assert url == f"{ORIGIN}/{row.url}"
        response = get(url.removeprefix(f"{ORIGIN}/"), auth=None)
        assert (response.status_code, response.headers["Content-Type"]) == (200, CONTENT_TYPES[extension])
        assert response.content == make_files()[extension]

    def test_served(self) -> None:
        """Over HTTP the address has the host by which the server was called, and gives the file."""
        row = next(row for row in SAMPLE.rows if row.url and row.url.endswith("pdf"))
        with serve(Sandbox(SAMPLE)) as server:
            base = f"http://localhost:{server.port}"
            headers = {"Authorization": "Bearer t"}
            with httpx.Client(trust_env=False, headers=headers) as client:
                url = client.get(f"{base}/api/v2/messages/{row.id}").json()["data"]["url"]
                assert url == f"{base}/{row.url}"
                response = client.get(url)
                assert client.post(url).status_code == 405
        assert (response.headers["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")

    @pytest.mark.parametrize(
        "path", ["media/0.jpg", "media/", "media/../sample.json.gz", "media/sample.png", "files/a"]
    )
    def test_other_files_are_404(self, path: str) -> None:
        """Only what a message has is there."""
        assert get(path, auth=None).status_code == 404

    def test_other_addresses_stay(self) -> None:
        """What is not a path of the sandbox is shown as it is stored."""
        urls = ["https://elsewhere.example/media/a.jpg", "a.jpg", None]
        world = World(NOW, [Row(id=at, url=url) for at, url in enumerate(urls)])
        assert [get(f"api/v2/messages/{at}", world=world).json()["data"]["url"] for at in range(3)] == urls

    @pytest.mark.skipif(not shutil.which("file"), reason="the program file is not installed")
    @pytest.mark.parametrize("extension", KINDS)
    def test_each_file_is_valid(self, extension: str) -> None:
        """The program `file` knows it."""
        path = FILES / f"sample.{extension}"
        done = subprocess.run(["file", "--brief", str(path)], capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout.startswith(KINDS[extension])

    def test_the_picture_is_whole(self) -> None:
        """The PNG decodes to 64 lines of 64 pixels, and the JPEG has the same size."""
        png = (FILES / "sample.png").read_bytes()
        length = int.from_bytes(png[33:37], "big")
        assert png[37:41] == b"IDAT"
        assert len(zlib.decompress(png[41 : 41 + length])) == 64 * (1 + 64 * 3)
        jpeg = (FILES / "sample.jpg").read_bytes()
        at = jpeg.index(b"\xff\xc0")
        assert struct.unpack(">HH", jpeg[at + 5 : at + 9]) == (64, 64)
        assert jpeg.endswith(b"\xff\xd9")

    def test_the_video_has_its_frame(self) -> None:
        """The boxes are as long as they say, and the offset in the table is that of the JPEG."""
        video = (FILES / "sample.mp4").read_bytes()
        names, at = [], 0
        while at < len(video):
            names.append(video[at + 4 : at + 8])
            at += int.from_bytes(video[at : at + 4], "big")
        assert (names, at) == ([b"ftyp", b"moov", b"mdat"], len(video))
        place = int.from_bytes(video[video.index(b"stco") + 12 :][:4], "big")
        assert video[place:] == (FILES / "sample.jpg").read_bytes()

    def test_the_document_s_table_is_right(self) -> None:
        """Each offset of the PDF's table is the start of an object."""
        document = (FILES / "sample.pdf").read_bytes()
        table = document[document.rindex(b"xref\n0") :].splitlines()[3:8]
        for number, line in enumerate(table, 1):
            assert document[int(line[:10]) :].startswith(b"%d 0 obj" % number)


def test_every_file_is_in_the_package() -> None:
    """Each extension has a file, and there is no other."""
    assert sorted(path.name for path in Path(FILES).iterdir()) == sorted(f"sample.{one}" for one in CONTENT_TYPES)
