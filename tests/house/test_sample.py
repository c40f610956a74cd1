"""The generator of the sample workspace: its file is up to date, and its texts are well formed."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.sample import phrases
from scripts.sample.__main__ import compress
from scripts.sample.author import parse_code
from scripts.sample.customers import make_customers
from wacr_cli.sandbox.world import SAMPLE

ROOT = Path(__file__).parents[2]
PATIENCE = 120
"""Seconds: far more than a slow machine needs."""


def test_the_file_is_up_to_date() -> None:
    """`python -m scripts.sample` would write the same text."""
    command = [sys.executable, "-m", "scripts.sample", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_file_does_not_depend_on_when_and_where_it_is_written() -> None:
    """The gzip header has no name, no time and an unknown system; the keys of the JSON text are sorted."""
    data = SAMPLE.read_bytes()
    assert data[:10] == b"\x1f\x8b\x08\x00" + bytes(4) + b"\x02\xff" == compress("")[:10]
    text = gzip.decompress(data).decode()
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_the_file_is_small() -> None:
    """It is in every wheel and in the repository's history."""
    assert len(SAMPLE.read_bytes()) < 200_000


@pytest.mark.parametrize("language", phrases.SCRIPTS)
def test_scripts_are_well_formed(language: str) -> None:
    """Each has two turns or more, codes that can be parsed, and slots that have values."""
    slots = {"name", "city", "staff", "item", "item2", "size", "price", "qty", "ship", "total", "order", "awb"}
    for script in phrases.SCRIPTS[language]:
        assert len(script) > 1
        for code, gap, variants in script:
            assert parse_code(code).type is not None
            assert gap >= 0
            assert {slot for text in variants if text for slot in re.findall(r"{(\w+)}", text)} <= slots


def test_sums_add_up() -> None:
    """The total of a confirmation is the quantity times the price, and postage."""
    names = phrases.PRODUCTS["en"]
    prices = {(name, size): price for name, (size, price, _) in zip(names, phrases.PRICES, strict=True)}
    found = 0
    for message in json.loads(gzip.decompress(SAMPLE.read_bytes()))["messages"]["message"]:
        line = re.search(r"<br>(\d) \S (.+), (.+)<br>Total: <b>₹([\d,]+)</b>", message or "")
        if line and (line[2], line[3]) in prices:
            goods = int(line[1]) * prices[line[2], line[3]]
            assert int(line[4].replace(",", "")) == goods + (60 if goods < 999 else 0)
            found += 1
    assert found > 30


def test_customers_introduce_themselves_once() -> None:
    """No conversation has two messages with which a new customer begins."""
    columns = json.loads(gzip.decompress(SAMPLE.read_bytes()))["messages"]
    introductions = {text for text in phrases.NEWCOMER[0][2] if text}
    introduced = [
        conversation
        for conversation, message in zip(columns["interaction_id"], columns["message"], strict=True)
        if message in introductions
    ]
    assert len(introduced) > 5
    assert len(set(introduced)) == len(introduced)


def test_strangers_have_no_language_and_no_email() -> None:
    """They write the hostile texts, and no campaign reaches them."""
    strangers = [customer.contact for customer in make_customers() if not customer.language]
    assert strangers
    assert {(one.type, one.email) for one in strangers} == {("guest", None)}
