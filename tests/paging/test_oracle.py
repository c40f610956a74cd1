"""The walk against the one that it replaces, over 1,200 random lists that change: fewer calls, no silent loss."""

from __future__ import annotations

import random

import pytest

from tests.api import moving_list as old_lists
from tests.paging import moving_list as lists
from wacr_cli.api.walk import Walk as OldWalk
from wacr_cli.paging.walk import Walk

LISTS = 1200


def run(seed: int, *, old: bool) -> tuple[int, bool, bool]:
    """Read one random list; return the calls, whether the walk says complete, and whether a row is missing."""
    chance = random.Random(seed)  # noqa: S311
    module = old_lists if old else lists
    moving = module.MovingList(
        chance.choice([0, 1, 99, 100, 150, 730, 1500, 3000]),
        newest_first=chance.random() < 0.7,
        tie=chance.choice([1, 1, 1, 2, 5, 12]),
        shuffles=chance.random() < 0.5,
        counts=chance.random() < 0.7,
        largest=chance.choice([100, 100, 100, 50]),
        seed=seed,
    )
    inserts, deletes = chance.choice([(0, 0), (1, 0), (0, 1), (1, 1), (3, 3), (0, 20)])
    rate = chance.choice([0.1, 0.5, 1.0])
    throughout = moving.ids

    def move(it: lists.MovingList | old_lists.MovingList) -> None:
        if len(it.asked) > 1 and chance.random() < rate:
            it.insert(chance.randint(0, inserts))
            it.delete(it.some(chance.randint(0, deletes)))

    moving.between = move if chance.random() < 0.5 else None
    walk = (OldWalk if old else Walk)(newest_first=moving.newest_first)
    ids = module.read(walk, moving.answer, None if moving.between else lambda: move(moving))
    throughout &= moving.ids
    return walk.calls, walk.complete, not throughout <= set(ids)


@pytest.mark.soak
def test_against_the_old_walk() -> None:
    """What it calls complete is complete, and it costs no more calls."""
    new = [run(seed, old=False) for seed in range(LISTS)]
    old = [run(seed, old=True) for seed in range(LISTS)]
    print(
        "calls, complete, silent:",
        [(sum(r[0] for r in rs), sum(r[1] for r in rs), sum(r[1] and r[2] for r in rs)) for rs in (old, new)],
    )
    assert not any(complete and missing for _, complete, missing in new)
    assert sum(calls for calls, _, _ in new) <= sum(calls for calls, _, _ in old)
    assert sum(complete for _, complete, _ in new) >= 0.98 * sum(complete for _, complete, _ in old)
