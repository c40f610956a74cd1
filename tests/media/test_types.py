"""Types of files: by the first bytes, never by a name."""

from __future__ import annotations

import pytest

from wacr_cli.core.media import FetchError
from wacr_cli.media.types import detect_type

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("head", "declared", "kind", "extension"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg", "image", "jpg"),
        (b"\xff\xd8\xff\xe0", "text/html", "image", "jpg"),
        (b"\x89PNG\r\n\x1a\n", "", "image", "png"),
        (b"GIF89a", "image/gif", "image", "gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", "sticker", "webp"),
        (b"\0\0\0\x18ftypmp42", "video/mp4", "video", "mp4"),
        (b"\0\0\0\x18ftypmp42", "audio/mp4", "audio", "m4a"),
        (b"\0\0\0\x18ftyp3gp4", "video/3gpp", "video", "3gp"),
        (b"OggS", "audio/ogg; codecs=opus", "audio", "ogg"),
        (b"ID3\x03", "audio/mpeg", "audio", "mp3"),
        (b"#!AMR\n", "audio/amr", "voice", "amr"),
        (b"%PDF-1.7", "application/pdf", "document", "pdf"),
        (b"PK\x03\x04", WORD, "document", "docx"),
        (b"PK\x03\x04", "application/octet-stream", "document", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-excel", "document", "xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "text/plain", "document", "bin"),
        (b"a,b\n1,2\n", "text/csv; charset=utf-8", "document", "csv"),
        (b"plain", "text/plain", "document", "txt"),
        (b"MZ\x90\0", "application/x-msdownload", "document", "bin"),
        (b"<html>", "text/html", "document", "bin"),
        (b" <SVG onload=x>", "image/svg+xml", "document", "bin"),
        (b"<script>", "text/plain", "document", "bin"),
        (b"anything", "application/pdf", None, "bin"),
    ],
)
def test_types(head: bytes, declared: str, kind: str | None, extension: str) -> None:
    """The content type decides only between what the bytes allow; nothing that a browser runs keeps its extension."""
    assert detect_type(head, declared, kind).extension == extension


@pytest.mark.parametrize(
    ("head", "declared", "kind", "words"),
    [
        (b"", "image/jpeg", "image", "the file is empty"),
        (b"<!doctype html>", "image/jpeg", "image", "not an image, but a page"),
        (b"<svg>", "image/svg+xml", "image", "not an image, but a page"),
        (b"Please log in", "text/html", "audio", "not an audio, but a page"),
        (b"%PDF-1.7", "video/mp4", "video", "not a video, but application/pdf"),
        (b"unknown", "image/jpeg", "image", "not an image, but application/octet-stream"),
        (b"PK\x03\x04", "image/jpeg", "sticker", "not an image, but application/zip"),
    ],
)
def test_wrong_types(head: bytes, declared: str, kind: str, words: str) -> None:
    """An image, audio or video message has no page and no document."""
    with pytest.raises(FetchError) as error:
        detect_type(head, declared, kind)
    assert (error.value.kind, error.value.message) == ("wrong type", words)
