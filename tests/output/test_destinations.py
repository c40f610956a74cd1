"""Sinks: a file is whole or untouched, and a pager comes when there is more than a screen."""

from __future__ import annotations

import errno
import gzip
import io
import os
import shlex
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from wacr_cli.core.errors import BusyError, UsageError, WacrError
from wacr_cli.output.destinations import Pager, PagerClosedError, Stream, output_file


def names(folder: Path) -> set[str]:
    """What is in a folder, hidden files too."""
    return {path.name for path in folder.iterdir()}


class TestStream:
    """A binary stream that takes text."""

    def test_utf8(self) -> None:
        """Text is written as UTF-8, half of a pair as an escape."""
        out = io.BytesIO()
        Stream(out).write("é漢👍\ud83d\n")
        assert out.getvalue() == "é漢👍\\ud83d\n".encode()

    def test_at_once(self, tmp_path: Path) -> None:
        """The reader gets each text before the next is written."""
        with (tmp_path / "x").open("wb") as file:
            Stream(file).write("first\n")
            assert (tmp_path / "x").read_text() == "first\n"

    def test_nothing(self) -> None:
        """An empty text is no write at all."""
        out = io.BytesIO()
        out.close()
        Stream(out).write("")
        assert out.closed

    def test_reader_gone(self) -> None:
        """A reader that is gone raises an exception of its own."""
        reader, writer = os.pipe()
        os.close(reader)
        file = os.fdopen(writer, "wb")
        with pytest.raises(BrokenPipeError):
            Stream(file).write("x")
        with suppress(BrokenPipeError):
            file.close()

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
    def test_full(self) -> None:
        """A full disk is an error with a code for scripts."""
        file = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115
        with pytest.raises(WacrError, match=r"^writing failed: No space left") as caught:
            Stream(file).write("x")
        file.close()
        assert (caught.value.exit_status, caught.value.code) == (1, "WRITE_FAILED")

    @pytest.mark.parametrize("terminal", [True, False])
    def test_terminal(self, terminal: bool) -> None:
        """The stream knows whether it is a terminal."""
        assert Stream(io.BytesIO(), is_terminal=terminal).is_terminal is terminal


class TestFile:
    """``--output FILE``."""

    def test_new(self, tmp_path: Path) -> None:
        """The file appears when it is whole, with the permissions of any new file, and nothing beside it."""
        path = tmp_path / "out.csv"
        mask = os.umask(0o027)
        try:
            with output_file(str(path)) as sink:
                sink.write("whole")
                assert not path.exists()
                assert not sink.is_terminal
        finally:
            os.umask(mask)
        assert path.read_text() == "whole"
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert names(tmp_path) == {"out.csv"}

    @pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
    def test_replaced(self, tmp_path: Path, mode: int) -> None:
        """An old file stays as it is until then, for open readers too; the new one has its permissions."""
        path = tmp_path / "out.csv"
        path.write_text("old")
        path.chmod(mode)
        with path.open() as reader:
            with output_file(str(path)) as sink:
                sink.write("new")
                assert path.read_text() == "old"
            assert reader.read() == "old"
        assert path.read_text() == "new"
        assert stat.S_IMODE(path.stat().st_mode) == mode
        assert names(tmp_path) == {"out.csv"}

    def test_private_from_the_start(self, tmp_path: Path) -> None:
        """What will be private is so before the first word is in it."""
        path = tmp_path / "out.csv"
        path.touch(0o600)
        with output_file(str(path)) as sink:
            sink.write("secret")
            assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o600}

    @pytest.mark.parametrize(
        "failure", [ZeroDivisionError, KeyboardInterrupt, SystemExit, BrokenPipeError, UsageError("x")]
    )
    @pytest.mark.parametrize("name", ["out.csv", "out.csv.gz"])
    @pytest.mark.parametrize("old", [None, b"old"])
    def test_failure(
        self, tmp_path: Path, failure: type[BaseException] | BaseException, name: str, old: bytes | None
    ) -> None:
        """Whatever ends it early, an old file is untouched, no new one is there, and nothing is left behind."""
        path = tmp_path / name
        if old is not None:
            path.write_bytes(old)
        kind = failure if isinstance(failure, type) else type(failure)
        with pytest.raises(kind), output_file(str(path)) as sink:  # noqa: PT012 - a failure after a write
            sink.write("new" * 100_000)
            raise failure
        assert names(tmp_path) == (set() if old is None else {name})
        assert old is None or path.read_bytes() == old

    def test_link(self, tmp_path: Path) -> None:
        """A link stays a link: what it leads to is replaced, in its own folder."""
        (tmp_path / "here").mkdir()
        (tmp_path / "there").mkdir()
        target, link = tmp_path / "there" / "target.csv", tmp_path / "here" / "link.csv"
        target.write_text("old")
        link.symlink_to(target)
        with output_file(str(link)) as sink:
            sink.write("new")
            assert names(tmp_path / "here") == {"link.csv"}
        assert link.is_symlink()
        assert target.read_text() == "new"
        assert names(tmp_path / "there") == {"target.csv"}

    def test_link_to_nothing(self, tmp_path: Path) -> None:
        """A link that leads to no file yet makes one."""
        (tmp_path / "link.csv").symlink_to(tmp_path / "target.csv")
        with output_file(str(tmp_path / "link.csv")) as sink:
            sink.write("new")
        assert (tmp_path / "target.csv").read_text() == "new"
        assert (tmp_path / "link.csv").is_symlink()

    def test_link_to_itself(self, tmp_path: Path) -> None:
        """A link that leads nowhere is a usage error."""
        (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
        with pytest.raises(UsageError, match=r"^--output: can't write"), output_file(str(tmp_path / "loop.csv")):
            pass

    @pytest.mark.parametrize("name", [".", "folder", "folder/"])
    def test_directory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """A directory is refused."""
        (tmp_path / "folder").mkdir()
        monkeypatch.chdir(tmp_path)
        with pytest.raises(UsageError, match=r"^--output: .* is a folder$"), output_file(name):
            pass
        assert names(tmp_path) == {"folder"}

    @pytest.mark.parametrize("name", ["no/out.csv", "file/out.csv", "x" * 300 + ".csv", "y" * 250 + ".csv"])
    def test_unwritable(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """A folder that is not there, or is a file, and a name too long, are usage errors before anything is asked."""
        (tmp_path / "file").touch()
        monkeypatch.chdir(tmp_path)
        with pytest.raises(UsageError, match=r"^--output: can't write"), output_file(name):
            pytest.fail("the block was entered")
        assert names(tmp_path) == {"file"}

    @pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
    def test_read_only(self, tmp_path: Path) -> None:
        """A file that may not be written is not replaced either, though its folder would allow it."""
        path = tmp_path / "out.csv"
        path.write_text("old")
        path.chmod(0o444)
        with pytest.raises(UsageError, match="Permission denied"), output_file(str(path)):
            pass
        assert path.read_text() == "old"

    def test_read_only_as_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same where the system only says so, as it does not to root."""
        path = tmp_path / "out.csv"
        path.write_text("old")
        monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(UsageError, match="Permission denied"), output_file(str(path)):
            pass
        assert path.read_text() == "old"

    def test_litter_of_a_killed_run(self, tmp_path: Path) -> None:
        """What a killed run left is cleared away by the next, and never followed where it leads."""
        victim = tmp_path / "victim"
        victim.write_text("precious")
        path = tmp_path / "out.csv"
        (tmp_path / ".out.csv.wacr-part").symlink_to(victim)
        (tmp_path / ".out.csv.wacr-lock").write_text("99999\n")
        with output_file(str(path)) as sink:
            sink.write("new")
        assert victim.read_text() == "precious"
        assert names(tmp_path) == {"out.csv", "victim"}
        assert not path.is_symlink()

    @pytest.mark.parametrize("name", ["out.csv", "out.csv.gz"])
    @pytest.mark.parametrize("call", ["fsync", "replace"])
    def test_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, name: str) -> None:
        """A disk that is full at the very end is an error, and the old file is untouched."""
        path = tmp_path / name
        path.write_text("old")

        def fail(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(Path if call == "replace" else os, call, fail)
        with pytest.raises(WacrError, match="No space left") as caught, output_file(str(path)) as sink:
            sink.write("new")
        assert caught.value.code == "WRITE_FAILED"
        monkeypatch.undo()
        assert path.read_text() == "old"
        assert names(tmp_path) == {name}


class TestDevices:
    """What is no file is written as it is."""

    def test_null(self) -> None:
        """/dev/null takes all, and stays."""
        with output_file(os.devnull) as sink:
            sink.write("x")
        assert Path(os.devnull).is_char_device()

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
    @pytest.mark.parametrize("packed", [False, True])
    def test_full(self, tmp_path: Path, packed: bool) -> None:
        """/dev/full is an error in words, packed or not."""
        name = "/dev/full"
        if packed:
            (tmp_path / "full.gz").symlink_to(name)
            name = str(tmp_path / "full.gz")
        with pytest.raises(WacrError, match="No space left") as caught, output_file(name) as sink:
            sink.write("x")
        assert (caught.value.exit_status, caught.value.code) == (1, "WRITE_FAILED")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
    def test_fifo(self, tmp_path: Path) -> None:
        """A pipe with a name has a reader, who gets it all."""
        path = tmp_path / "pipe"
        os.mkfifo(path)
        read: list[bytes] = []
        reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
        reader.start()
        with output_file(str(path)) as sink:
            sink.write("through")
        reader.join()
        assert read == [b"through"]
        assert path.is_fifo()
        assert names(tmp_path) == {"pipe"}

    @pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="there is no /dev/stdout")
    @pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
    def test_standard_output_by_name(self, name: str) -> None:
        """The pipe that standard output is can be named."""
        script = f"""
from wacr_cli.output.destinations import output_file
with output_file({name!r}) as sink:
    sink.write("through")
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
        assert done.stdout == b"through"

    @pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo-terminals")
    def test_a_terminal_by_name(self) -> None:
        """A terminal that is named is a terminal, for which text has to be made harmless."""
        leader, follower = os.openpty()
        with output_file(os.ttyname(follower)) as sink:
            assert sink.is_terminal
        os.close(follower)
        os.close(leader)


class TestGzip:
    """A name that ends in ``.gz``."""

    @pytest.mark.parametrize("name", ["out.csv.gz", "OUT.CSV.GZ"])
    def test_packed(self, tmp_path: Path, name: str) -> None:
        """What is in it is what was written, in many windows."""
        path = tmp_path / name
        with output_file(str(path)) as sink:
            for _ in range(100):
                sink.write("the same line again, é\n")
        assert gzip.decompress(path.read_bytes()).decode() == "the same line again, é\n" * 100
        assert path.stat().st_size < 200, "each window for itself would be packed badly"

    def test_reproducible(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same rows make the same bytes, whatever the name and the time."""
        made = set()
        for name, moment in (("a.csv.gz", 1e9), ("b.csv.gz", 2e9)):
            monkeypatch.setattr("time.time", lambda moment=moment: moment)
            with output_file(str(tmp_path / name)) as sink:
                sink.write("rows")
            made.add((tmp_path / name).read_bytes())
        assert len(made) == 1

    def test_empty(self, tmp_path: Path) -> None:
        """Nothing packed is a packed nothing."""
        with output_file(str(tmp_path / "x.gz")):
            pass
        assert gzip.decompress((tmp_path / "x.gz").read_bytes()) == b""


class TestBusy:
    """Two runs into one file."""

    @pytest.mark.parametrize("by_link", [False, True])
    def test_second(self, tmp_path: Path, by_link: bool) -> None:
        """The error names the process of the first, by whatever name the file is opened; the first is not disturbed."""
        path = tmp_path / "out.csv"
        other = tmp_path / "link.csv" if by_link else path
        if by_link:
            other.symlink_to(path)
        with output_file(str(path)) as sink:
            sink.write("first")
            with pytest.raises(BusyError, match=rf"process {os.getpid()}\)$") as caught, output_file(str(other)):
                pytest.fail("the block was entered")
            sink.write(" goes on")
        assert caught.value.message.startswith(f"--output: {str(other)!r} is being written")
        assert caught.value.exit_status == 9
        assert path.read_text() == "first goes on"

    def test_another_file(self, tmp_path: Path) -> None:
        """Two files beside each other are no matter."""
        with output_file(str(tmp_path / "a.csv")) as one, output_file(str(tmp_path / "b.csv")) as other:
            one.write("a")
            other.write("b")
        assert names(tmp_path) == {"a.csv", "b.csv"}


class TestPager:
    """The pager."""

    @staticmethod
    def paged(tmp_path: Path, text: str, height: int, command: str = "cat > paged") -> tuple[str, str | None]:
        """What came out of the terminal, and what the pager got, None where there was none."""
        out = io.BytesIO()
        paged = tmp_path / "paged"
        pager = Pager(
            Stream(out, is_terminal=True),
            shlex.join(["sh", "-c", f"cd {shlex.quote(str(tmp_path))}; {command}"]),
            height,
        )
        for line in text.splitlines(keepends=True):
            pager.write(line)
        pager.finish()
        return out.getvalue().decode(), paged.read_text() if paged.exists() else None

    @pytest.mark.parametrize("lines", [0, 1, 22, 23])
    def test_fits(self, tmp_path: Path, lines: int) -> None:
        """What fits the screen, with room for the prompt, is shown without one."""
        text = "".join(f"{number}\n" for number in range(lines))
        assert self.paged(tmp_path, text, 24) == (text, None)

    @pytest.mark.parametrize("lines", [24, 25, 1000])
    def test_longer(self, tmp_path: Path, lines: int) -> None:
        """What is longer goes through the pager, all of it."""
        text = "".join(f"{number} é\n" for number in range(lines))
        assert self.paged(tmp_path, text, 24) == ("", text)

    def test_in_one_piece(self, tmp_path: Path) -> None:
        """It is the lines that count, however they come."""
        out = io.BytesIO()
        target = tmp_path / "paged"
        started: list[bool] = []
        command = shlex.join(["sh", "-c", f"cat > {shlex.quote(str(target))}"])
        pager = Pager(Stream(out), command, 5, lambda: started.append(True))
        pager.write("a\n" * 10)
        pager.write("b\n")
        assert started == [True]
        pager.finish()
        assert target.read_text() == "a\n" * 10 + "b\n"
        assert out.getvalue() == b""

    def test_environment(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """By default less shows colours, and leaves by itself what fits; a person's own LESS counts more."""
        monkeypatch.delenv("LESS", raising=False)
        monkeypatch.delenv("LV", raising=False)
        assert self.paged(tmp_path, "x\n" * 9, 5, 'echo "$LESS $LV" > paged; cat > /dev/null')[1] == "FRX -c\n"
        monkeypatch.setenv("LESS", "own")
        assert self.paged(tmp_path, "x\n" * 9, 5, 'echo "$LESS $LV" > paged; cat > /dev/null')[1] == "own -c\n"

    def test_left_early(self) -> None:
        """A person who leaves the pager has seen enough: no more is read for them, and nothing fails."""
        pager = Pager(Stream(io.BytesIO()), "true", 3)
        with pytest.raises(PagerClosedError):
            pager.write("x\n" * 1_000_000)
        pager.finish()

    def test_left_at_the_end(self, tmp_path: Path) -> None:
        """Leaving it when all was passed on is the ordinary end."""
        assert self.paged(tmp_path, "x\n" * 9, 5, "head -n 1 > paged") == ("", "x\n")

    @pytest.mark.parametrize("command", ["no-such-pager-anywhere", "'unclosed", "/"])
    def test_no_such_pager(self, command: str) -> None:
        """Where the pager can't be started the rows are shown without it, all of them."""
        out = io.BytesIO()
        pager = Pager(Stream(out), command, 3)
        for number in range(10):
            pager.write(f"{number}\n")
        pager.finish()
        assert out.getvalue().decode() == "".join(f"{number}\n" for number in range(10))

    def test_terminal(self) -> None:
        """A pager shows on a terminal, so that what is written to it is cut and made harmless."""
        assert Pager(Stream(io.BytesIO()), "true", 3).is_terminal
