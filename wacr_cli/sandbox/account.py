"""The account endpoints of the sample workspace: profile, usage and limits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wacr_cli.sandbox.world import World

PATHS = ("account", "account/usage", "account/limits")

_UNLIMITED = -1
_LIMITS = {"contacts": 500, "conversations": _UNLIMITED, "campaigns": 20, "staff": 5}
_CAMPAIGNS = 13
_FEATURES = {"chatbot": True, "api_access": True, "flows": False, "white_label": False}


def account_response(world: World, path: str, calls_per_minute: int) -> dict[str, object]:
    """Return the response to one of PATHS."""
    return {"success": True, "data": _data(world, path, calls_per_minute)}


def _data(world: World, path: str, calls_per_minute: int) -> dict[str, object]:
    if path == "account/usage":
        return {name: _usage(used, _LIMITS[name]) for name, used in _used(world).items()}
    if path == "account/limits":
        limits = _LIMITS | {"api_calls_per_minute": calls_per_minute}
        return {"limits": {name: _limit(name, limit) for name, limit in limits.items()}, "features": _FEATURES}
    return {
        "id": 317,
        "name": "Saunf & Sons",
        "subdomain": "saunf",
        "status": "active",
        "created_at": (world.now - timedelta(days=412)).isoformat(timespec="seconds"),
        "subscription": {
            "plan_id": 3,
            "plan_name": "Growth",
            "status": "active",
            "expires_at": (world.now + timedelta(days=47)).isoformat(timespec="seconds"),
        },
    }


def _used(world: World) -> dict[str, int]:
    return {
        "contacts": len(world.contacts),
        "conversations": len({row.interaction_id for row in world.rows} - {None}),
        "campaigns": _CAMPAIGNS,
        "staff": len({contact.assigned_id for contact in world.contacts} - {None}),
    }


def _usage(used: int, limit: int) -> dict[str, object]:
    unlimited = limit == _UNLIMITED
    return {
        "current": used,
        "limit": limit,
        "remaining": _UNLIMITED if unlimited else limit - used,
        "percentage_used": 0 if unlimited else round(100 * used / limit, 2),
        "is_unlimited": unlimited,
    }


def _limit(name: str, limit: int) -> dict[str, object]:
    words = name.replace("api", "API").replace("_", " ")
    return {"limit": limit, "feature_name": words[:1].upper() + words[1:], "is_unlimited": limit == _UNLIMITED}
