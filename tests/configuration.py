"""The configuration reference, made from the settings. `make configuration` writes it."""

import types
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from api.settings import ApiSettings
from infra.local.settings import StackSettings
from sentiment.settings import Settings
from stream.notify.settings import NotifySettings
from stream.settings import StreamSettings
from trainer.settings import TrainerSettings

PARTS: dict[str, tuple[type[Settings], str]] = {
    "All parts": (Settings, "every command"),
    "Worker": (StreamSettings, "`badbuzz worker`"),
    "Notifications": (NotifySettings, "`badbuzz notify`"),
    "API": (ApiSettings, "`badbuzz api`"),
    "Trainer": (TrainerSettings, "`badbuzz train`, `promote`, `rollback`, `evaluate`, `score`"),
    "Local stack": (StackSettings, "`make run`, `badbuzz stack`"),
}
_HEAD = """# Configuration

Settings come from the environment or from a file `.env` in the current folder; the environment
wins. A value that is wrong ends the command with an error that names the variable.

This page is made from the settings by `make configuration`; a test fails if one is missing.
"""


def reference() -> str:
    """The page, as Markdown."""
    return _HEAD + "".join(_part(name, *part) for name, part in PARTS.items())


def variables(settings: type[Settings]) -> Iterator[tuple[str, FieldInfo]]:
    """The environment variables that a class adds, and their fields."""
    prefix = str(settings.model_config.get("env_prefix", "")).upper()
    for name in settings.__annotations__:
        if (field := settings.model_fields.get(name)) is not None:
            alias = field.validation_alias
            yield (alias if isinstance(alias, str) else prefix + name.upper()), field


def _part(name: str, settings: type[Settings], used_by: str) -> str:
    rows = [
        f"| `{variable}` | {_default(field)} | {_cell(field.description or '')} |"
        for variable, field in variables(settings)
    ]
    head = ["", f"## {name}", "", f"For {used_by}.", "", "| variable | default | meaning |"]
    return "\n".join([*head, "|---|---|---|", *rows, ""])


def _default(field: FieldInfo) -> str:
    default = field.default
    if default is PydanticUndefined:
        default = field.default_factory() if field.default_factory else None  # type: ignore[call-arg]
    choices = _choices(field.annotation)
    shown = "none" if default is None or default == "" else f"`{_plain(default)}`"
    return shown + (f" ({', '.join(choices)})" if choices else "")


def _plain(default: Any) -> str:
    if isinstance(default, list | tuple | set | frozenset):
        return ",".join(sorted(map(str, default))) or "none"
    return str(default)


def _choices(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return [f"`{choice}`" for choice in get_args(annotation)]
    if get_origin(annotation) is types.UnionType:
        return [choice for part in get_args(annotation) for choice in _choices(part)]
    return []


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    print(reference(), end="")
