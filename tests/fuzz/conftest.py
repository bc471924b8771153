"""The fixtures of the live tests: an installation of its own on the shared services."""

from tests.live.conftest import fleet, new_version, settings, versions

__all__ = ["fleet", "new_version", "settings", "versions"]
