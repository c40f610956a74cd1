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
    """Return the names in a folder, hidden ones too."""
    return {path.name for path in folder.iterdir()}


class TestStream:
    """A binary stream that takes text."""

    def test_text_is_written_as_utf8(self) -> None:
        """Half of a surrogate pair is an escape."""
        out = io.BytesIO()
        Stream(out).write("é漢👍\ud83d\n")
        assert out.getvalue() == "é漢👍\\ud83d\n".encode()

    def test_each_text_is_flushed(self, tmp_path: Path) -> None:
        """The reader gets each text before the next is written."""
        with (tmp_path / "x").open("wb") as file:
            Stream(file).write("first\n")
            assert (tmp_path / "x").read_text() == "first\n"

    def test_an_empty_text_is_not_written(self) -> None:
        """An empty text is no write at all."""
        out = io.BytesIO()
        out.close()
        Stream(out).write("")
        assert out.closed

    def test_a_closed_pipe_raises_broken_pipe_error(self) -> None:
        """A reader that is gone raises an exception of its own."""
        reader, writer = os.pipe()
        os.close(reader)
        file = os.fdopen(writer, "wb")
        with pytest.raises(BrokenPipeError):
            Stream(file).write("x")
        with suppress(BrokenPipeError):
            file.close()

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
    def test_a_full_disk_is_an_error_with_a_code(self) -> None:
        """A full disk is an error with a code for scripts."""
        file = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115
        with pytest.raises(WacrError, match=r"^writing failed: No space left") as caught:
            Stream(file).write("x")
        file.close()
        assert (caught.value.exit_status, caught.value.code) == (1, "WRITE_FAILED")

    @pytest.mark.parametrize("terminal", [True, False])
    def test_a_stream_knows_whether_it_is_a_terminal(self, terminal: bool) -> None:
        """The stream knows whether it is a terminal."""
        assert Stream(io.BytesIO(), is_terminal=terminal).is_terminal is terminal


class TestFile:
    """``--output FILE``."""

    def test_a_new_file_appears_when_it_is_complete(self, tmp_path: Path) -> None:
        """With the usual permissions, and nothing beside it."""
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
    def test_an_old_file_is_replaced_at_the_end(self, tmp_path: Path, mode: int) -> None:
        """Open readers keep the old one; the new one has its permissions."""
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

    def test_a_private_file_is_never_readable_for_others(self, tmp_path: Path) -> None:
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
    def test_a_failure_leaves_the_old_file_or_none(
        self, tmp_path: Path, failure: type[BaseException] | BaseException, name: str, old: bytes | None
    ) -> None:
        """Nothing is left beside it."""
        path = tmp_path / name
        if old is not None:
            path.write_bytes(old)
        kind = failure if isinstance(failure, type) else type(failure)
        with pytest.raises(kind), output_file(str(path)) as sink:  # noqa: PT012 - a failure after a write
            sink.write("new" * 100_000)
            raise failure
        assert names(tmp_path) == (set() if old is None else {name})
        assert old is None or path.read_bytes() == old

    def test_the_target_of_a_link_is_replaced(self, tmp_path: Path) -> None:
        """In its own folder; the link stays."""
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

    def test_a_dangling_link_gets_its_target(self, tmp_path: Path) -> None:
        """A link that leads to no file yet makes one."""
        (tmp_path / "link.csv").symlink_to(tmp_path / "target.csv")
        with output_file(str(tmp_path / "link.csv")) as sink:
            sink.write("new")
        assert (tmp_path / "target.csv").read_text() == "new"
        assert (tmp_path / "link.csv").is_symlink()

    def test_a_link_to_itself_is_a_usage_error(self, tmp_path: Path) -> None:
        """A link that leads nowhere is a usage error."""
        (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
        with pytest.raises(UsageError, match=r"^--output: can't write"), output_file(str(tmp_path / "loop.csv")):
            pass

    @pytest.mark.parametrize("name", [".", "folder", "folder/"])
    def test_a_folder_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """A directory is refused."""
        (tmp_path / "folder").mkdir()
        monkeypatch.chdir(tmp_path)
        with pytest.raises(UsageError, match=r"^--output: .* is a folder$"), output_file(name):
            pass
        assert names(tmp_path) == {"folder"}

    @pytest.mark.parametrize("name", ["no/out.csv", "file/out.csv", "x" * 300 + ".csv", "y" * 250 + ".csv"])
    def test_a_file_that_cannot_be_created_is_a_usage_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        """Before any call is made."""
        (tmp_path / "file").touch()
        monkeypatch.chdir(tmp_path)
        with pytest.raises(UsageError, match=r"^--output: can't write"), output_file(name):
            pytest.fail("the block was entered")
        assert names(tmp_path) == {"file"}

    @pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
    def test_a_read_only_file_is_not_replaced(self, tmp_path: Path) -> None:
        """Although its folder would allow it."""
        path = tmp_path / "out.csv"
        path.write_text("old")
        path.chmod(0o444)
        with pytest.raises(UsageError, match="Permission denied"), output_file(str(path)):
            pass
        assert path.read_text() == "old"

    def test_a_read_only_file_is_not_replaced_by_root(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same where the system only says so, as it does not to root."""
        path = tmp_path / "out.csv"
        path.write_text("old")
        monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(UsageError, match="Permission denied"), output_file(str(path)):
            pass
        assert path.read_text() == "old"

    def test_what_a_killed_run_left_is_removed(self, tmp_path: Path) -> None:
        """A link in its place is not followed."""
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
    def test_a_disk_that_is_full_at_the_end_is_an_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, name: str
    ) -> None:
        """The old file is unchanged."""
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
    """Devices and pipes are written directly."""

    def test_dev_null_takes_everything(self) -> None:
        """It stays a device."""
        with output_file(os.devnull) as sink:
            sink.write("x")
        assert Path(os.devnull).is_char_device()

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
    @pytest.mark.parametrize("packed", [False, True])
    def test_dev_full_is_an_error(self, tmp_path: Path, packed: bool) -> None:
        """Compressed or not."""
        name = "/dev/full"
        if packed:
            (tmp_path / "full.gz").symlink_to(name)
            name = str(tmp_path / "full.gz")
        with pytest.raises(WacrError, match="No space left") as caught, output_file(name) as sink:
            sink.write("x")
        assert (caught.value.exit_status, caught.value.code) == (1, "WRITE_FAILED")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
    def test_a_named_pipe_passes_everything_to_its_reader(self, tmp_path: Path) -> None:
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
    def test_standard_output_can_be_named(self, name: str) -> None:
        """The pipe that standard output is can be named."""
        script = f"""
from wacr_cli.output.destinations import output_file
with output_file({name!r}) as sink:
    sink.write("through")
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
        assert done.stdout == b"through"

    @pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo-terminals")
    def test_a_named_terminal_is_a_terminal(self) -> None:
        """Text is made printable."""
        leader, follower = os.openpty()
        with output_file(os.ttyname(follower)) as sink:
            assert sink.is_terminal
        os.close(follower)
        os.close(leader)


class TestGzip:
    """A name that ends in ``.gz``."""

    @pytest.mark.parametrize("name", ["out.csv.gz", "OUT.CSV.GZ"])
    def test_the_content_is_what_was_written(self, tmp_path: Path, name: str) -> None:
        """In many windows."""
        path = tmp_path / name
        with output_file(str(path)) as sink:
            for _ in range(100):
                sink.write("the same line again, é\n")
        assert gzip.decompress(path.read_bytes()).decode() == "the same line again, é\n" * 100
        assert path.stat().st_size < 200, "each window for itself would be packed badly"

    def test_the_same_rows_give_the_same_bytes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever the name and the time."""
        made = set()
        for name, moment in (("a.csv.gz", 1e9), ("b.csv.gz", 2e9)):
            monkeypatch.setattr("time.time", lambda moment=moment: moment)
            with output_file(str(tmp_path / name)) as sink:
                sink.write("rows")
            made.add((tmp_path / name).read_bytes())
        assert len(made) == 1

    def test_no_rows_are_a_valid_empty_file(self, tmp_path: Path) -> None:
        """Nothing packed is a packed nothing."""
        with output_file(str(tmp_path / "x.gz")):
            pass
        assert gzip.decompress((tmp_path / "x.gz").read_bytes()) == b""


class TestBusy:
    """Two runs that write the same file."""

    @pytest.mark.parametrize("by_link", [False, True])
    def test_the_second_run_is_refused(self, tmp_path: Path, by_link: bool) -> None:
        """The error names the first process, by whatever name the file is opened."""
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

    def test_two_files_in_one_folder_are_independent(self, tmp_path: Path) -> None:
        """Two files beside each other are no matter."""
        with output_file(str(tmp_path / "a.csv")) as one, output_file(str(tmp_path / "b.csv")) as other:
            one.write("a")
            other.write("b")
        assert names(tmp_path) == {"a.csv", "b.csv"}


class TestPager:
    """The pager."""

    @staticmethod
    def paged(tmp_path: Path, text: str, height: int, command: str = "cat > paged") -> tuple[str, str | None]:
        """Return what the terminal and the pager got; None for no pager."""
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
    def test_what_fits_the_screen_has_no_pager(self, tmp_path: Path, lines: int) -> None:
        """There is room for the prompt."""
        text = "".join(f"{number}\n" for number in range(lines))
        assert self.paged(tmp_path, text, 24) == (text, None)

    @pytest.mark.parametrize("lines", [24, 25, 1000])
    def test_longer_output_goes_through_the_pager(self, tmp_path: Path, lines: int) -> None:
        """All of it."""
        text = "".join(f"{number} é\n" for number in range(lines))
        assert self.paged(tmp_path, text, 24) == ("", text)

    def test_lines_count_and_not_writes(self, tmp_path: Path) -> None:
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

    def test_less_shows_colours_and_quits_if_one_screen(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The user's LESS is kept."""
        monkeypatch.delenv("LESS", raising=False)
        monkeypatch.delenv("LV", raising=False)
        assert self.paged(tmp_path, "x\n" * 9, 5, 'echo "$LESS $LV" > paged; cat > /dev/null')[1] == "FRX -c\n"
        monkeypatch.setenv("LESS", "own")
        assert self.paged(tmp_path, "x\n" * 9, 5, 'echo "$LESS $LV" > paged; cat > /dev/null')[1] == "own -c\n"

    def test_leaving_the_pager_ends_the_run(self) -> None:
        """It is not an error."""
        pager = Pager(Stream(io.BytesIO()), "true", 3)
        with pytest.raises(PagerClosedError):
            pager.write("x\n" * 1_000_000)
        pager.finish()

    def test_leaving_the_pager_at_the_end_is_a_success(self, tmp_path: Path) -> None:
        """Leaving it when all was passed on is the ordinary end."""
        assert self.paged(tmp_path, "x\n" * 9, 5, "head -n 1 > paged") == ("", "x\n")

    @pytest.mark.parametrize("command", ["no-such-pager-anywhere", "'unclosed", "/"])
    def test_rows_are_shown_without_a_pager_that_cannot_start(self, command: str) -> None:
        """All of them."""
        out = io.BytesIO()
        pager = Pager(Stream(out), command, 3)
        for number in range(10):
            pager.write(f"{number}\n")
        pager.finish()
        assert out.getvalue().decode() == "".join(f"{number}\n" for number in range(10))

    def test_a_pager_is_a_terminal(self) -> None:
        """What is written to it is cut and made printable."""
        assert Pager(Stream(io.BytesIO()), "true", 3).is_terminal
