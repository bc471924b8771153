"""The pages as people use them, in a real browser: a brand's day, two languages, and axe."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from infra.local.kafka import LocalKafka
from sentiment.hours import BrandHour, Expected
from tests.api.api_process import KEYS, ROLES, ApiProcess, Installation
from tests.api.records import alert, mention

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(300)]

expect.set_options(timeout=60_000)

BRAND = "Air / <b>Paradis</b>"
PATH = "/brands/Air%20%2F%20%3Cb%3EParadis%3C%2Fb%3E"
OLD, NEW = "0" * 32, "1" * 32
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="module")
def told(kafka: LocalKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiProcess]:
    """A service with keys that knows a brand; no model is needed to show what is in the topics."""
    folder = tmp_path_factory.mktemp("brand-page")
    installed = Installation(folder, kafka.bootstrap, "http://127.0.0.1:9")
    installed.make_topics()
    publish(installed)
    keys = " ".join(f"{name}:{roles}:{KEYS[name]}" for name, roles in ROLES.items())
    with ApiProcess(installed, ready=False, BADBUZZ_API_KEYS=keys) as process:
        yield process


def publish(installation: Installation) -> None:
    """Hours, mentions, an old alert and one that is open."""
    now = datetime.now(UTC)
    hours = []
    for back in range(30, 0, -1):
        start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=back)
        usual = Expected(mentions=60, spread=0.05, share=0.2)
        hours.append((BRAND, BrandHour(
            brand=BRAND, start=start, mentions=60, scored=60, negatives=12, share=0.2,
            expected=usual, following=usual,
        )))  # fmt: skip
    mentions = []
    for number in range(30):
        _, made = mention(BRAND, "negative" if number % 3 else "positive")
        text = f"=tarmac again {number}" if number % 3 else f"lovely crew {number}"
        at = now - timedelta(minutes=number)
        mentions.append((BRAND, made.model_copy(update={"text": text, "event_time": at})))
    year = now - timedelta(days=30)
    past = {"opened_at": year, "at": year + timedelta(hours=1), "window_end": year}
    old = [
        alert(state, id=OLD, brand=BRAND, window_start=year, **past)[1]
        for state in ("open", "closed")
    ]
    installation.publish("brand.hours", *hours)
    installation.publish("brand.mentions", *mentions)
    installation.publish("buzz.alerts", *((BRAND, one) for one in old))
    installation.publish("buzz.alerts", (BRAND, alert(id=NEW, brand=BRAND)[1]))


def opened(
    browser: Browser, api: ApiProcess, path: str, key: str = "boss", **options: object
) -> Page:
    """A page after a login, as from a link in a letter."""
    context = browser.new_context(base_url=api.url, **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(path)
    page.locator("#key").fill(KEYS[key])
    page.locator("form .main").click()
    expect(page.locator("#status")).to_have_attribute("data-state", "live")
    return page


@pytest.fixture
def page(browser: Browser, told: ApiProcess) -> Iterator[Page]:
    """The brand's page, by the link of the old alert; the test fails when its scripts do."""
    made = opened(browser, told, f"{PATH}?alert={OLD}", timezone_id="Europe/Paris")
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    yield made
    made.context.close()
    assert faults == []


def test_a_link_leads_through_the_login_to_its_alert_with_words_and_samples(page: Page) -> None:
    assert f"{PATH}?alert={OLD}" in page.url
    expect(page.get_by_role("heading", level=1)).to_have_text(BRAND)
    card = page.locator(f'#past-alerts [data-id="{OLD}"]')
    expect(card.locator("details").first).to_have_attribute("open", "")
    for part in ("12 times as many complaints as usual", "tarmac", "<b>three hours</b>", "GMT+1"):
        expect(card).to_contain_text(part)
    expect(page.locator("#brand-state")).to_have_text("12 times as many complaints as usual")
    expect(page.locator("#causes li").first).to_contain_text("2 alerts")
    assert page.locator("#past-alerts b, #brandtweets b, h1 b").count() == 0


def test_an_old_link_leads_to_the_brands_page(page: Page) -> None:
    page.goto(f"/?brand={PATH.removeprefix('/brands/')}")
    expect(page.get_by_role("heading", level=1)).to_have_text(BRAND)


def test_the_chart_shows_what_is_usual_and_is_read_with_the_keyboard(page: Page) -> None:
    page.goto(f"{PATH}?span=day")
    expect(page.locator("#series .usual polygon").first).to_be_attached()
    expect(page.locator("#series .alarms rect").first).to_be_attached()
    page.locator("#series").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#series-reading")).to_contain_text("usually")
    page.get_by_text("Week", exact=True).click()
    expect(page.locator("#series-range")).to_contain_text("GMT+1")
    page.get_by_role("button", name="Earlier").click()
    expect(page.locator("#later")).to_be_enabled()
    page.get_by_text("Show the chart as a table").click()
    expect(page.locator("#series-table tbody tr")).to_have_count(168)


def test_tweets_are_searched_filtered_and_exported_without_formulas(page: Page) -> None:
    rows = page.locator("#brandtweets li")
    expect(rows).to_have_count(30)
    page.get_by_placeholder("Search in text and author").fill("TARMAC 11")
    expect(rows).to_have_count(1)
    page.get_by_placeholder("Search in text and author").fill("")
    page.locator("#search").get_by_text("Positive").click()
    expect(rows).to_have_count(10)
    page.locator("#search").get_by_text("Negative").click()
    expect(rows).to_have_count(20)
    with page.expect_download() as download:
        page.locator("#tweets-csv").click()
    content = download.value.path().read_text("utf-8-sig")
    assert "'=tarmac again 1," in content
    assert len(content.splitlines()) == 21


def test_what_one_person_does_another_one_sees(
    page: Page, browser: Browser, told: ApiProcess
) -> None:
    other = opened(browser, told, "/")
    card = page.locator(f'#past-alerts [data-id="{NEW}"]')
    card.get_by_role("button", name="I take care of it").click()
    expect(card).to_contain_text("boss takes care of it")
    card.get_by_text("Add a note").click()
    card.get_by_label("Note for the others").fill("we answer at <i>three</i>")
    card.get_by_role("button", name="Save the note").click()
    expect(card.locator(".notes")).to_contain_text("we answer at <i>three</i>")
    page.get_by_text("Mute notifications").click()
    page.get_by_role("button", name="8 hours").click()
    expect(page.locator("#mute")).to_contain_text("Muted until")
    seen = other.locator(f'.alert[data-id="{NEW}"]')
    for part in ("boss takes care of it", "we answer at <i>three</i>", "Muted until"):
        expect(seen).to_contain_text(part)
    page.get_by_role("button", name="Unmute").click()
    expect(page.get_by_text("Mute notifications")).to_be_visible()
    other.context.close()


def test_a_note_that_was_opened_stays_open_when_news_come(page: Page, told: ApiProcess) -> None:
    note = page.locator(f'#past-alerts [data-id="{NEW}"]').get_by_label("Note for the others")
    summary = page.locator(f'#past-alerts [data-id="{NEW}"]').get_by_text("Add a note")
    news = f"""async () => document.dispatchEvent(new CustomEvent("badbuzz-alert", {{
        detail: await (await fetch("/alerts/{NEW}")).json() }}))"""
    summary.click()
    page.evaluate(news)
    expect(note).to_be_visible()
    summary.click()
    page.evaluate(news)
    expect(note).to_be_hidden()


def test_who_may_only_read_sees_no_buttons_to_act(browser: Browser, told: ApiProcess) -> None:
    page = opened(browser, told, PATH, key="reader")
    expect(page.locator(f'#past-alerts [data-id="{NEW}"]')).to_be_visible()
    assert page.locator(".actions button, #mute summary").count() == 0
    answer = page.request.post(
        f"/alerts/{NEW}/acknowledge", data={}, headers={"sec-fetch-site": "same-origin"}
    )
    assert answer.status == 403
    page.context.close()


def test_the_browsers_language_is_spoken_and_a_switch_changes_it(
    browser: Browser, told: ApiProcess
) -> None:
    page = opened(browser, told, PATH, locale="fr-FR")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("#past-title")).to_have_text("Alertes des 90 derniers jours")
    expect(page.locator("#brand-state")).to_have_text("12 fois plus de plaintes que d’habitude")
    page.get_by_role("button", name="English").click()
    expect(page.locator("#past-title")).to_have_text("Alerts of the last 90 days")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_axe_finds_nothing_and_no_screen_needs_sideways_scroll(
    browser: Browser, told: ApiProcess, scheme: str, width: int, height: int
) -> None:
    page = opened(browser, told, "/", color_scheme=scheme, reduced_motion="reduce",
                  viewport={"width": width, "height": height})  # fmt: skip
    expect(page.locator(".alert").first).to_be_visible()
    page.locator(".alert summary").first.click()
    assert faults(page) == []
    page.goto(f"{PATH}?alert={OLD}")
    expect(page.locator("#brandtweets li").first).to_be_visible()
    expect(page.locator("#series svg")).to_be_attached()
    page.get_by_text("Mute notifications").click()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.clear_cookies()
    page.goto("/login")
    assert faults(page) == []
    page.context.close()


def faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:150]}" for one in found for node in one["nodes"]]


def test_axe_finds_what_is_wrong(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html><body><img src='x'><button></button></body></html>")
    assert any(fault.startswith("image-alt") for fault in faults(page))
    page.close()
