import ssl
from pathlib import Path

import pytest

from api.settings import ApiSettings
from sentiment.errors import SettingsError
from sentiment.settings import Settings, load_settings
from sentiment.topics import ALL, COMPACTED, DEAD_LETTERS, FEEDBACK, REMEMBERED, topic_specs
from stream.settings import StreamSettings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_setting_comes_from_its_variable_the_file_or_its_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("BADBUZZ_PARTITIONS=7\nBADBUZZ_REPLICATION=2\nOTHERS=1\n")
    monkeypatch.setenv("BADBUZZ_PARTITIONS", "9")
    settings = load_settings(Settings)
    assert (settings.partitions, settings.replication) == (9, 2)
    assert settings.kafka_brokers == "127.0.0.1:9092"


def test_the_well_known_names_have_no_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BROKERS", "a:1,b:2")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://c:3")
    settings = load_settings(StreamSettings)
    assert settings.kafka_client["bootstrap_servers"] == "a:1,b:2"
    assert settings.mlflow_tracking_uri == "http://c:3"


def test_every_value_that_does_not_fit_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BADBUZZ_PARTITIONS", "0")
    monkeypatch.setenv("BADBUZZ_WEB_PORT", "many")
    with pytest.raises(SettingsError) as raised:
        load_settings(StreamSettings)
    assert "BADBUZZ_PARTITIONS: " in str(raised.value)
    assert "BADBUZZ_WEB_PORT: " in str(raised.value)


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BADBUZZ_KAFKA_SASL_PASSWORD", "hunter2")
    assert "hunter2" not in repr(load_settings(Settings))
    monkeypatch.setenv("BADBUZZ_PARTITIONS", "hunter2")
    with pytest.raises(SettingsError) as raised:
        load_settings(Settings)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("missing", ["USERNAME", "PASSWORD"])
def test_sasl_needs_a_user_and_a_password(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BADBUZZ_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
    monkeypatch.setenv("BADBUZZ_KAFKA_SASL_USERNAME", "me")
    monkeypatch.setenv("BADBUZZ_KAFKA_SASL_PASSWORD", "hunter2")
    client = load_settings(Settings).kafka_client
    assert (client["sasl_plain_username"], client["sasl_plain_password"]) == ("me", "hunter2")
    assert client["sasl_mechanism"] == "SCRAM-SHA-512"
    monkeypatch.delenv(f"BADBUZZ_KAFKA_SASL_{missing}")
    with pytest.raises(SettingsError, match="set both"):
        _ = load_settings(Settings).kafka_client


def test_tls_checks_the_brokers_certificate_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ssl_context" not in load_settings(Settings).kafka_client
    monkeypatch.setenv("BADBUZZ_KAFKA_SECURITY_PROTOCOL", "SSL")
    context = load_settings(Settings).kafka_client["ssl_context"]
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_that_cannot_be_read_is_an_error_for_people(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    monkeypatch.setenv("BADBUZZ_KAFKA_SECURITY_PROTOCOL", "SSL")
    monkeypatch.setenv("BADBUZZ_KAFKA_SSL_CAFILE", str(path))
    with pytest.raises(SettingsError, match=rf"BADBUZZ_KAFKA_SSL_CAFILE={path}"):
        _ = load_settings(Settings).kafka_client


def test_every_setting_is_followed_by_its_sentence() -> None:
    from sentiment import settings as shared
    from stream import settings as streams

    for module, kind in ((shared, Settings), (streams, StreamSettings)):
        lines = Path(module.__file__ or "").read_text("utf-8").splitlines()
        for name in kind.__annotations__:
            if name == "model_config":
                continue
            start = next(n for n, line in enumerate(lines) if line.startswith(f"    {name}: "))
            rest = [line for line in lines[start + 1 :] if not line.startswith((" " * 5, "    )"))]
            assert rest[0].startswith('    "'), f"{kind.__name__}.{name}"


def test_all_topics_have_the_prefix_and_are_kept_as_they_are_meant_to_be() -> None:
    settings = Settings(topic_prefix="team.", retention_hours=2, max_message_bytes=5_000)
    specs = {spec.name.removeprefix("team."): spec for spec in topic_specs(settings)}
    assert list(specs) == list(ALL)
    assert all(spec.name.startswith("team.") for spec in specs.values())
    compacted = {n for n, spec in specs.items() if spec.config["cleanup.policy"] == "compact"}
    assert compacted == COMPACTED
    kept = {n: spec.config.get("retention.ms") for n, spec in specs.items()}
    assert kept[FEEDBACK] == "-1"
    assert {kept[n] for n in set(ALL) - COMPACTED - REMEMBERED - {FEEDBACK}} == {"7200000"}
    assert {kept[n] for n in REMEMBERED} == {str(90 * 86_400_000)}
    assert {n for n, spec in specs.items() if int(spec.config["max.message.bytes"]) > 5_000} == {
        DEAD_LETTERS
    }


def test_an_empty_variable_is_as_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BADBUZZ_KAFKA_SSL_CAFILE", "")
    monkeypatch.setenv("KAFKA_BROKERS", "")
    assert Settings() == Settings(kafka_ssl_cafile=None, kafka_brokers="127.0.0.1:9092")


@pytest.mark.parametrize("in_file", [True, False])
def test_a_list_that_is_not_json_is_named_with_the_form_that_is_expected(
    in_file: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_file:
        Path(".env").write_text("BADBUZZ_API_CORS_ORIGINS=https://example.org\n")
    else:
        monkeypatch.setenv("BADBUZZ_API_CORS_ORIGINS", "https://example.org")
    with pytest.raises(
        SettingsError, match=r'BADBUZZ_API_CORS_ORIGINS: expected JSON.*\["a", "b"\]'
    ):
        load_settings(ApiSettings)


def test_a_file_of_settings_that_is_not_utf8_is_named() -> None:
    Path(".env").write_bytes("BADBUZZ_MODEL_NAME=caf\xe9".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env: expected UTF-8 text"):
        load_settings(Settings)
