"""The files of the sample workspace's media messages: small, and valid, each in its own format.

The picture is a mosaic of coloured squares, the sound is a second of silence, the video shows the picture for a second,
and the document is a page with one line.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

_PALETTE = {".": (250, 244, 230), "r": (190, 60, 40), "g": (70, 130, 70), "y": (230, 170, 40), "b": (110, 70, 40)}
_MOSAIC = ("........", "..gg.g..", "...ggg..", "..rryr..", ".rryyrr.", ".rryrrr.", "..rrrr..", "..bbbb..")
_SQUARE = 8
"""Pixels: the side of a square, which is that of a block of a JPEG."""
_SIDE = _SQUARE * len(_MOSAIC)


def make_files() -> dict[str, bytes]:
    """Return the content of each file by its extension."""
    return {"png": make_png(), "jpg": make_jpeg(), "ogg": make_ogg(), "pdf": make_pdf(), "mp4": make_mp4()}


def make_png() -> bytes:
    """Return the picture as a PNG (ISO/IEC 15948): eight bits for each of red, green and blue."""
    lines = [
        b"\0" + b"".join(bytes(_PALETTE[one]) * _SQUARE for one in line) for line in _MOSAIC for _ in range(_SQUARE)
    ]
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_make_chunk(name, data) for name, data in chunks)


def _make_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


_SIZES = 10
"""The sizes in bits, from 0, that a difference between two blocks can have; each has a code of four bits."""


def make_jpeg() -> bytes:
    """Return the picture as a baseline JPEG (ITU-T T.81), in which each block is of one colour."""
    blocks = [_to_ycbcr(*_PALETTE[one]) for line in _MOSAIC for one in line]
    bits = "".join(_encode_blocks(blocks))
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    components = b"".join(bytes((number, 0x11, 0)) for number in (1, 2, 3))
    dc_codes = bytes((0, 0, 0, _SIZES, *[0] * 12, *range(_SIZES)))
    segments = (
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xDB, b"\0" + b"\x08" * 64),
        (0xC0, struct.pack(">BHHB", 8, _SIDE, _SIDE, 3) + components),
        (0xC4, b"\0" + dc_codes),
        (0xC4, b"\x10" + bytes((1, *[0] * 15, 0))),  # the only code: nothing but the average of the block
        (0xDA, b"\3\1\0\2\0\3\0\0\x3f\0"),
    )
    head = b"".join(bytes((0xFF, kind)) + struct.pack(">H", len(body) + 2) + body for kind, body in segments)
    return b"\xff\xd8" + head + data + b"\xff\xd9"


def _to_ycbcr(red: int, green: int, blue: int) -> tuple[int, int, int]:
    """Return a colour as the averages of three blocks; a quantum of 8 makes one step one level."""
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    return round(y) - 128, round(0.564 * (blue - y)), round(0.713 * (red - y))


def _encode_blocks(blocks: Sequence[tuple[int, int, int]]) -> Iterator[str]:
    """Yield the bits of each block: the difference to the block before, and that there is nothing else."""
    before = (0, 0, 0)
    for block in blocks:
        for value, last in zip(block, before, strict=True):
            difference = value - last
            size = abs(difference).bit_length()
            low = difference if difference >= 0 else difference + (1 << size) - 1
            yield f"{size:04b}" + (f"{low:0{size}b}" if size else "") + "0"
        before = block


_SILENCE = b"\xf8\xff\xfe"
"""An Opus packet of 20 ms without sound."""
_PACKETS = 50


def make_ogg() -> bytes:
    """Return a voice message: Opus in Ogg (RFC 7845, RFC 3533)."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 0, 48_000, 0, 0)
    vendor = b"wacr"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    pages = ((2, 0, [head]), (0, 0, [tags]), (4, 960 * _PACKETS, [_SILENCE] * _PACKETS))
    return b"".join(_make_page(number, *page) for number, page in enumerate(pages))


def _make_page(number: int, flags: int, position: int, packets: Sequence[bytes]) -> bytes:
    sizes = bytes(len(packet) for packet in packets)  # each is shorter than 255 bytes
    start = b"OggS\0" + struct.pack("<BqII", flags, position, 1, number)
    rest = bytes((len(packets),)) + sizes + b"".join(packets)
    return start + struct.pack("<I", _checksum(start + bytes(4) + rest)) + rest


def _checksum(data: bytes) -> int:
    """Return the checksum of an Ogg page: a CRC with the polynomial 0x04c11db7, not reflected."""
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C1_1DB7 if crc & 0x8000_0000 else 0)) & 0xFFFF_FFFF
    return crc


def make_pdf() -> bytes:
    """Return a page with one line (PDF 1.4)."""
    text = b"BT /F1 18 Tf 40 100 Td (Saunf & Sons: a sample document) Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 360 200] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    data, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table) + trailer


_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000)
_SECOND = 1_000


def make_mp4() -> bytes:
    """Return a video of one frame, the JPEG, that lasts a second (ISO/IEC 14496-12)."""
    frame = make_jpeg()
    kind = _box("ftyp", b"isom" + struct.pack(">I", 512) + b"isommp41")
    place = len(kind) + len(_make_movie(0, len(frame))) + 8
    return kind + _make_movie(place, len(frame)) + _box("mdat", frame)


def _make_movie(place: int, size: int) -> bytes:
    """Return the description of a video whose only frame has *size* bytes from *place* on."""
    header = (
        struct.pack(">4IIHxx8x", 0, 0, _SECOND, _SECOND, 0x10000, 0x100) + _MATRIX + bytes(24) + struct.pack(">I", 2)
    )
    track = (
        struct.pack(">5I8xHHHxx", 0, 0, 1, 0, _SECOND, 0, 0, 0) + _MATRIX + struct.pack(">II", _SIDE << 16, _SIDE << 16)
    )
    media = struct.pack(">4IHH", 0, 0, _SECOND, _SECOND, 0x55C4, 0)
    handler = bytes(4) + b"vide" + bytes(12) + b"wacr\0"
    reference = _full("dref", struct.pack(">I", 1) + _full("url ", b"", flags=1))
    inner = _full("vmhd", bytes(8), flags=1) + _box("dinf", reference) + _make_samples(place, size)
    parts = _full("mdhd", media) + _full("hdlr", handler) + _box("minf", inner)
    return _box("moov", _full("mvhd", header) + _box("trak", _full("tkhd", track, flags=3) + _box("mdia", parts)))


def _make_samples(place: int, size: int) -> bytes:
    """Return the table of the only frame: its format, duration, size and place."""
    entry = bytes(6) + struct.pack(">H16xHHII4xH", 1, _SIDE, _SIDE, 0x48_0000, 0x48_0000, 1) + bytes(32)
    entry += struct.pack(">Hh", 24, -1)
    tables = (
        ("stsd", struct.pack(">I", 1) + _box("jpeg", entry)),
        ("stts", struct.pack(">3I", 1, 1, _SECOND)),
        ("stsc", struct.pack(">4I", 1, 1, 1, 1)),
        ("stsz", struct.pack(">3I", 0, 1, size)),
        ("stco", struct.pack(">2I", 1, place)),
    )
    return _box("stbl", b"".join(_full(name, data) for name, data in tables))


def _box(name: str, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name.encode("ascii") + data


def _full(name: str, data: bytes, *, flags: int = 0) -> bytes:
    """Return a box with a version and flags."""
    return _box(name, struct.pack(">I", flags) + data)
