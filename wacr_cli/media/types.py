"""The type of a file by its first bytes, and by the content type only where these agree or say nothing.

A file never gets an extension that a browser would run, such as ``html`` or ``svg``: it is stored as ``bin``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wacr_cli.core.media import TYPE, FetchError

HEAD = 1024
"""The bytes at the start of a file that are looked at."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file: its extension and its content type."""

    extension: str
    mime: str

    @property
    def family(self) -> str:
        """The part of the content type before the slash: ``image``, ``audio``, ``video`` or another."""
        return self.mime.partition("/")[0]


BINARY = FileType("bin", "application/octet-stream")
_MAGIC = (
    (rb"\xff\xd8\xff", FileType("jpg", "image/jpeg")),
    (rb"\x89PNG\r\n\x1a\n", FileType("png", "image/png")),
    (rb"GIF8[79]a", FileType("gif", "image/gif")),
    (rb"RIFF.{4}WEBP", FileType("webp", "image/webp")),
    (rb"RIFF.{4}WAVE", FileType("wav", "audio/wav")),
    (rb"RIFF.{4}AVI ", FileType("avi", "video/x-msvideo")),
    (rb".{4}ftyp(heic|heix|mif1)", FileType("heic", "image/heic")),
    (rb".{4}ftypavif", FileType("avif", "image/avif")),
    (rb".{4}ftypM4[AB]", FileType("m4a", "audio/mp4")),
    (rb".{4}ftyp3g", FileType("3gp", "video/3gpp")),
    (rb".{4}ftypqt", FileType("mov", "video/quicktime")),
    (rb".{4}ftyp", FileType("mp4", "video/mp4")),
    (rb"OggS", FileType("ogg", "audio/ogg")),
    (rb"\x1aE\xdf\xa3", FileType("webm", "video/webm")),
    (rb"fLaC", FileType("flac", "audio/flac")),
    (rb"#!AMR", FileType("amr", "audio/amr")),
    (rb"ID3|\xff[\xfb\xf3\xf2]", FileType("mp3", "audio/mpeg")),
    (rb"\xff[\xf1\xf9]", FileType("aac", "audio/aac")),
    (rb"%PDF-", FileType("pdf", "application/pdf")),
    (rb"PK\x03\x04", FileType("zip", "application/zip")),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType("ole", "application/x-ole-storage")),
    (rb"\{\\rtf", FileType("rtf", "application/rtf")),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_INSIDE = {
    "zip": {
        f"{_OFFICE}wordprocessingml.document": "docx",
        f"{_OFFICE}spreadsheetml.sheet": "xlsx",
        f"{_OFFICE}presentationml.presentation": "pptx",
        "application/vnd.oasis.opendocument.text": "odt",
        "application/vnd.oasis.opendocument.spreadsheet": "ods",
        "application/epub+zip": "epub",
    },
    "ole": {"application/msword": "doc", "application/vnd.ms-excel": "xls", "application/vnd.ms-powerpoint": "ppt"},
    "mp4": {"audio/mp4": "m4a", "audio/aac": "m4a", "audio/x-m4a": "m4a"},
}
"""The types inside a container, which only the content type tells apart."""

_TEXTS = {"text/plain": "txt", "text/csv": "csv", "text/vcard": "vcf", "text/x-vcard": "vcf"}
_MARKUP = re.compile(
    rb"\s*(\xef\xbb\xbf)?\s*<(!doctype|html|head|body|script|svg|\?xml|iframe|meta|!--)", re.IGNORECASE
)
_WITH_FAMILY = {"image": "image", "sticker": "image", "video": "video", "audio": "audio", "voice": "audio"}
_EXCHANGEABLE = {"video": ("video", "image"), "audio": ("audio", "video"), "image": ("image", "video")}
"""What a message of a family may have: voice notes may be mp4 or webm, a GIF may be a video."""


def detect_type(head: bytes, content_type: str, message_type: object) -> FileType:
    """Return the type of a file by its first bytes, the header and the type of its message.

    Raises :class:`FetchError` where there is nothing, or something other than an image, audio or video message has.
    """
    declared = content_type.partition(";")[0].strip().lower()
    if not head:
        raise FetchError(TYPE, "the file is empty")
    found = _detect_by_bytes(head, declared)
    family = _WITH_FAMILY.get(str(message_type))
    if family and found.family not in _EXCHANGEABLE[family]:
        what = "a page" if _MARKUP.match(head) or declared == "text/html" else found.mime
        raise FetchError(TYPE, f"not {'an' if family[0] in 'ai' else 'a'} {family}, but {what}")
    return found


def _detect_by_bytes(head: bytes, declared: str) -> FileType:
    for pattern, kind in _MAGIC:
        if re.match(pattern, head, re.DOTALL):
            inside = _INSIDE.get(kind.extension, {}).get(declared)
            if inside:
                return FileType(inside, declared)
            return BINARY if kind.extension == "ole" else kind
    if declared in _TEXTS and not _MARKUP.match(head) and b"\0" not in head:
        return FileType(_TEXTS[declared], declared)
    return BINARY
