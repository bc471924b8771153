"""Brands over HTTP: added, listed, tested and removed, by those who may."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from sentiment.brands.topic import read_brands
from tests.api.api_process import KEYS, ApiProcess, Installation, run, wait_for

pytestmark = pytest.mark.live


@pytest.fixture
def name() -> str:
    """A brand that no other test knows."""
    return f"Café {uuid4().hex[:8]}"


def listed(client: httpx.Client, limit: int = 200) -> dict[str, Any]:
    """The brands of all pages, by name."""
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"limit": limit}
    while True:
        answer = client.get("/brands", params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["brands"]) <= limit
        found += page["brands"]
        if page["next"] is None:
            names = [brand["name"] for brand in found]
            assert names == sorted(set(names))
            return {brand["name"]: brand for brand in found}
        asked["cursor"] = page["next"]


@pytest.fixture(autouse=True)
def _brands_are_read(client: httpx.Client) -> None:
    wait_for(lambda: client.get("/brands").status_code == 200, 30, "the brands are read")


def test_a_brand_is_added_tested_changed_and_removed(
    client: httpx.Client, installation: Installation, name: str
) -> None:
    body = {"name": name, "handles": [f"@{name[5:]}"], "names": [f"le {name}"]}
    added = client.post("/brands", json=body)
    assert added.status_code == 200, added.text
    assert added.json() | body == added.json()
    assert (added.json()["source"], added.json()["added_by"]) == ("topic", "anyone")
    assert listed(client)[name] == added.json()
    [kept] = [one for one in run(read_brands(installation.settings)).values() if one.name == name]
    assert kept.handles == body["handles"]

    for text, found in ((f"LE CAFE {name[5:]}!", [name]), ("nothing", [])):
        answer = client.post("/brands/test", json={"text": text})
        assert answer.json() == {"brands": found}

    changed = client.post("/brands", json={"name": name.upper()})
    assert (changed.json()["name"], changed.json()["names"]) == (name, [name.upper()])
    assert client.delete(f"/brands/{name.upper()}").status_code == 204
    assert name not in listed(client)
    gone = client.delete(f"/brands/{name}")
    assert gone.status_code == 404
    assert "GET /brands" in gone.json()["detail"]


def test_brands_come_in_pages_each_with_a_tag_that_changes_with_it(
    client: httpx.Client, name: str
) -> None:
    names = [f"{name} {number}" for number in range(3)]
    for one in names:
        assert client.post("/brands", json={"name": one}).status_code == 200
    assert set(names) <= set(listed(client, limit=2))
    first = client.get("/brands", params={"limit": 200})
    tag = {"if-none-match": first.headers["etag"]}
    again = client.get("/brands", params={"limit": 200}, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert client.delete(f"/brands/{names[1]}").status_code == 204
    changed = client.get("/brands", params={"limit": 200}, headers=tag)
    assert changed.status_code == 200
    assert names[1] not in {brand["name"] for brand in changed.json()["brands"]}


@pytest.mark.parametrize("query", ["cursor=none", "cursor=WzFd", "limit=0", "limit=201"])
def test_a_page_that_cannot_be_is_refused(client: httpx.Client, query: str) -> None:
    answer = client.get(f"/brands?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/query/{query.partition('=')[0]}"


def test_a_name_with_a_slash_is_removed_like_any_other(client: httpx.Client, name: str) -> None:
    name = f"AC/DC? & {name}"
    assert client.post("/brands", json={"name": name}).status_code == 200
    assert client.delete(f"/brands/{quote(name, safe='')}").status_code == 204
    assert name not in listed(client)


def test_another_service_of_the_installation_knows_it_soon(
    client: httpx.Client, guarded: ApiProcess, name: str
) -> None:
    client.post("/brands", json={"name": name})
    with guarded.client(**{"x-api-key": KEYS["reader"]}) as other:
        wait_for(lambda: name in listed(other), 10, "the other service lists it")
        client.delete(f"/brands/{name}")
        wait_for(lambda: name not in listed(other), 10, "it is gone there, too")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "!!"},
        {"name": "x" * 257},
        {"name": "a", "handles": ["@"]},
        {"name": "a", "names": ["x" * 101]},
        {"name": "a", "names": ["x"] * 51},
        {"name": "a", "nicknames": ["x"]},
        {"name": 3},
    ],
)
def test_what_is_no_brand_is_refused(client: httpx.Client, body: dict[str, Any]) -> None:
    before = listed(client)
    answer = client.post("/brands", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert listed(client) == before


def test_brands_are_for_those_with_the_role(guarded: ApiProcess, name: str) -> None:
    path = f"/brands/{name}"
    allowed = {"reader": {"list", "test"}, "namer": {"add", "remove"}, "scraper": set(),
               "boss": {"list", "test", "add", "remove"}}  # fmt: skip
    for caller, may in allowed.items():
        with guarded.client(**{"x-api-key": KEYS[caller]}) as client:
            done = {
                "list": client.get("/brands"),
                "test": client.post("/brands/test", json={"text": "x"}),
                "add": client.post("/brands", json={"name": name}),
                "remove": client.delete(path),
            }
        assert {what for what, answer in done.items() if answer.status_code < 300} == may
        assert {done[what].status_code for what in done.keys() - may} <= {403}
    with guarded.client() as nobody:
        assert nobody.post("/brands", json={"name": name}).status_code == 401
        assert nobody.delete(path).status_code == 401


def test_another_sites_page_cannot_add_or_remove(client: httpx.Client, name: str) -> None:
    other = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    assert client.post("/brands", json={"name": name}, headers=other).status_code == 403
    assert client.delete(f"/brands/{name}", headers=other).status_code == 403
    plain = client.post("/brands", content=b'{"name": "x"}', headers={"content-type": "text/plain"})
    assert plain.status_code == 415
