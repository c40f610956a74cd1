"""Words and flags of neighbouring tools get the right ones in the second line of the error."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Result

Wacr = Callable[..., Result]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["list"], ["wacr: no such command 'list'", "Use wacr messages list."]),
        (["login"], ["wacr: no such command 'login'", "Use wacr auth login."]),
        (["messages", "list", "--json"], ["wacr: no such option: --json", "Use --format json."]),
        (["messages", "list", "-n", "5"], ["wacr: no such option: -n", "Use --limit."]),
        (
            ["messages", "list", "--lmit", "5"],
            ["wacr: no such option: --lmit; did you mean --limit?", "See wacr messages list --help."],
        ),
        (
            ["messages", "list", "--fields", "tpye"],
            [
                "wacr: --fields: unknown field 'tpye'; did you mean type?",
                "Use one of: id, interaction_id, sender_id, type, message, status, message_id, sent_at, is_read.",
            ],
        ),
        (
            ["messages", "list", "--fields", "nope"],
            [
                "wacr: --fields: unknown field 'nope'",
                "Use one of: id, interaction_id, sender_id, type, message, status, message_id, sent_at, is_read.",
            ],
        ),
    ],
)
def test_a_word_of_another_tool_gets_the_right_one(wacr: Wacr, words: list[str], lines: list[str]) -> None:
    """Only a word that is near is suggested."""
    result = wacr(*words)
    assert (result.status, result.stdout) == (2, b"")
    assert result.stderr.splitlines() == lines
