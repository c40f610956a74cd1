"""The folder of files: nothing outside of it is written or read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import MediaFile
from wacr_cli.core.errors import BusyError, UsageError
from wacr_cli.media.folder import Folder, is_name
from wacr_cli.media.links import make_links
from wacr_cli.media.types import FileType

JPEG = FileType("jpg", "image/jpeg")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A folder that this process writes."""
    one = Folder(tmp_path / "in" / "files")
    with one.exclusive():
        yield one


def receive(folder: Folder, number: int, *chunks: bytes, before: str | None = None) -> str:
    """Receive a file and move it to its place."""
    with folder.receive(number, chunks) as part:
        assert (part.size, part.head) == (sum(map(len, chunks)), b"".join(chunks)[:1024])
        assert part.sha256 == hashlib.sha256(b"".join(chunks)).hexdigest()
        return folder.place(number, part, JPEG, before)


def test_a_file_is_whole_or_not_there(folder: Folder) -> None:
    """A failure in the middle leaves nothing, and what was there before stays."""

    def break_off() -> Iterator[bytes]:
        yield b"half"
        raise ValueError

    assert receive(folder, 1, b"a" * 2000, b"b") == "1.jpg"
    with pytest.raises(ValueError, match=r"^$"), folder.receive(1, break_off()):
        pass
    assert {path.name for path in folder.path.iterdir()} == {".wacr-lock", "1.jpg"}
    assert folder.measure("1.jpg") == 2001
    assert folder.hash("1.jpg") == hashlib.sha256(b"a" * 2000 + b"b").hexdigest()


def test_links_are_not_followed(folder: Folder, tmp_path: Path) -> None:
    """Neither in the place of a file nor in that of its part."""
    mine = tmp_path / "mine"
    mine.write_text("mine")
    for name in ("7.jpg", ".7.wacr-part"):
        (folder.path / name).symlink_to(mine)
    assert (folder.measure("7.jpg"), folder.hash("7.jpg")) == (None, None)
    receive(folder, 7, b"new")
    assert (mine.read_text(), (folder.path / "7.jpg").read_bytes()) == ("mine", b"new")


def test_an_older_name_is_removed(folder: Folder, tmp_path: Path) -> None:
    """Only if it is one that a file of this message can have."""
    for path in (folder.path / "1.bin", folder.path / "2.bin", tmp_path / "in" / "1.bin"):
        path.write_text("old")
    for before in ("1.bin", "2.bin", "../1.bin", str(tmp_path / "in" / "1.bin")):
        receive(folder, 1, b"new", before=before)
    assert {path.name for path in folder.path.iterdir()} == {".wacr-lock", "1.jpg", "2.bin"}
    assert (tmp_path / "in" / "1.bin").exists()


@pytest.mark.parametrize("name", ["1.jpg", "1.3gp"])
def test_names(name: str) -> None:
    """The id of the message, and a short extension."""
    assert is_name(name, 1)


@pytest.mark.parametrize("name", ["2.jpg", "1", "1.", "1.JPG", "1.jpg/x", "../1.jpg", "1.jpg\n", "1.tar.gz", None, 1])
def test_other_names(name: object) -> None:
    """They are no file of this message."""
    assert not is_name(name, 1)


def test_one_process_at_a_time(folder: Folder) -> None:
    """Another one is refused, and parts that a killed one left are removed."""
    with pytest.raises(BusyError), Folder(folder.path).exclusive():
        pass


def test_parts_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    """Files of others stay."""
    for name in (".5.wacr-part", ".x.wacr-part", "5.txt"):
        (tmp_path / name).write_text("")
    with Folder(tmp_path).exclusive():
        assert {path.name for path in tmp_path.iterdir()} == {".wacr-lock", ".x.wacr-part", "5.txt"}


def test_a_folder_that_can_t_be_made(tmp_path: Path) -> None:
    """It is a usage error."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--to: can't write"), Folder(tmp_path / "file" / "x").exclusive():
        pass


def test_links_of_a_page(folder: Folder, tmp_path: Path) -> None:
    """Only to files that the manifest and the folder have, whatever the manifest says."""
    store = SqliteStore(tmp_path / "archive.sqlite")
    store.prepare()
    for number in (1, 2, 3):
        receive(folder, number, b"x")
    (tmp_path / "secret.jpg").write_text("")
    names = {1: "1.jpg", 2: "../../secret.jpg", 3: None, 4: "4.jpg", 5: "1.jpg"}
    with store.transaction():
        store.set_media({number: MediaFile(name) for number, name in names.items()})
    find = make_links(store, folder.path, tmp_path)
    assert [find(number) for number in range(1, 7)] == ["./in/files/1.jpg", "", "", "", "", ""]
    store.close()
