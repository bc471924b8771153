"""`/docs` in a real browser: from this service alone, within the policy of all pages."""

import httpx
import pytest
from playwright.sync_api import Browser, Request

from tests.api.api_process import ApiProcess

pytestmark = [pytest.mark.live, pytest.mark.browser]


def test_the_contract_can_be_read_and_tried_out_without_any_other_site(
    browser: Browser, api: ApiProcess
) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith("data:"):
            asked.append(request.url)

    page.on("request", note)
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.goto(f"{api.url}/docs")
    page.locator("#operations-predictions-predict").click()
    page.get_by_role("button", name="Try it out").click()
    page.locator("#operations-predictions-predict textarea").fill('{"text": "awful"}')
    page.get_by_role("button", name="Execute", exact=True).click()
    answer = page.locator("#operations-predictions-predict .live-responses-table")
    answer.get_by_text("p_negative").first.wait_for()
    page.close()
    assert [url for url in asked if not url.startswith(api.url)] == []
    assert [line for line in said if line.startswith(("error", "warning"))] == []


@pytest.mark.parametrize("name", ["redoc.standalone.js", "..%2Fapp.py", "a" * 300])
def test_only_the_files_of_swagger_ui_are_there(client: httpx.Client, name: str) -> None:
    assert client.get(f"/docs/{name}").status_code == 404


def test_the_page_needs_no_key_and_says_no_other_site(client: httpx.Client) -> None:
    answer = client.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "http" not in answer.headers["content-security-policy"]
