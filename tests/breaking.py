"""What of a contract broke: walks two versions of a document side by side."""

import re
from typing import Any

_LISTS_OF_NAMES = ("required", "enum", "type")
# What people read may change; so may examples, and the version that every release raises.
_WORDS = {"description", "title", "summary", "examples", "example", "info", "tags", "default"}
_REQUEST = re.compile(r"/schemas/\w*Request/")
_UPPER = {"maxLength", "maxItems", "maximum"}
_LOWER = {"minLength", "minItems", "minimum"}


def breaking_changes(old: Any, new: Any, place: str = "") -> list[str]:
    """Where `new` breaks who relies on `old`, a sentence each; what is only added does not."""
    if isinstance(old, dict) and isinstance(new, dict):
        return _in_objects(old, new, place)
    if isinstance(old, list) and isinstance(new, list):
        return _in_lists(old, new, place)
    key = place.rpartition("/")[2]
    if key in _UPPER | _LOWER and isinstance(old, int) and isinstance(new, int):
        narrower = new < old if key in _UPPER else new > old
        return [f"{place} became narrower: {old} to {new}"] if narrower else []
    return [] if old == new else [f"{place} changed from {old!r} to {new!r}"]


def _in_objects(old: dict[str, Any], new: dict[str, Any], place: str) -> list[str]:
    if _REQUEST.search(place) and "anyOf" in new and "anyOf" not in old:
        # A request may come in one more form: who sends the old one need not know.
        return min((breaking_changes(old, one, place) for one in new["anyOf"]), key=len)
    found = []
    names_of_fields = place.endswith(("/properties", "/schemas", "/paths", "/headers"))
    for name, value in old.items():
        if name in _WORDS and not names_of_fields:
            continue
        if name not in new:
            if name in _UPPER | _LOWER | {"pattern", "required"}:
                continue  # a limit that is gone
            found.append(f"{place}/{name} is gone")
        else:
            found += breaking_changes(value, new[name], f"{place}/{name}")
    for name in _UPPER | _LOWER | {"pattern"}:
        if not names_of_fields and name in new and name not in old:
            found.append(f"{place}/{name} is a new limit")
    if not names_of_fields and isinstance(new.get("required"), list) and "required" not in old:
        found.append(f"{place}/required is new: {new['required']}")
    return found


def _in_lists(old: list[Any], new: list[Any], place: str) -> list[str]:
    if place.rpartition("/")[2] == "required":
        return [f"{place}: {name} is needed now" for name in new if name not in old]
    return [f"{place}: {value!r} is gone" for value in old if value not in new]
