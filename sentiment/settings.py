"""Settings of all parts, read from the environment and one optional file, built in `main`."""

import re
from functools import cached_property
from pathlib import Path
from ssl import SSLContext, create_default_context
from typing import Any, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnparsedError

from sentiment.errors import SettingsError

T = TypeVar("T", bound=BaseSettings)


class Settings(BaseSettings):
    """What every part needs to know; `BADBUZZ_` prefixes each name, the well-known ones aside."""

    model_config = SettingsConfigDict(
        use_attribute_docstrings=True,
        env_prefix="BADBUZZ_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    kafka_brokers: str = Field("127.0.0.1:9092", validation_alias="KAFKA_BROKERS")
    "Kafka's bootstrap servers, `host:port`, separated by commas."
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    "How clients speak to the brokers."
    kafka_ssl_cafile: Path | None = None
    "The certificate authorities that sign the brokers' certificates; empty: the system's."
    kafka_ssl_certfile: Path | None = None
    "This client's certificate, where the brokers ask for one."
    kafka_ssl_keyfile: Path | None = None
    "The key of that certificate."
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    "How the client proves who it is, under SASL."
    kafka_sasl_username: str | None = None
    "The user name under SASL."
    kafka_sasl_password: SecretStr | None = None
    "The password under SASL."

    group: str = "badbuzz"
    "The workers' consumer group, and the first part of each transactional id: one an installation."
    topic_prefix: str = ""
    "Put before the name of every topic, for clusters that several teams share."
    partitions: int = Field(4, ge=1)
    "Partitions of each topic at its creation; `tweets` and `tweets.scored` must agree."
    replication: int = Field(1, ge=1)
    "Replicas of each partition at a topic's creation."
    retention_hours: float = Field(168, gt=0)
    "How long Kafka keeps the records of topics that are not compacted."
    alert_days: float = Field(90, gt=0)
    "How long alerts, what people did about them, and the hours of brands are kept."
    max_message_bytes: int = Field(1_048_588, ge=1_024)
    "The largest record batch that Kafka takes on each topic, in bytes."

    mlflow_tracking_uri: str = Field(
        "http://127.0.0.1:5000", validation_alias="MLFLOW_TRACKING_URI"
    )
    "The MLflow tracking server and registry."
    model_name: str = "sentiment"
    "The registered model."
    model_alias: str = "champion"
    "The alias that decides which version runs."
    model_poll_seconds: float = Field(3.0, gt=0)
    "How often the alias is looked up; a new version runs within 10 s of its move."
    models_dir: Path = Path("models")
    "Where the last good artefacts stay, so that a restart works while MLflow is down."
    model_check_seconds: float = Field(30.0, gt=0)
    "How long a new version may take to load and to score its golden set; else it is refused."
    model_download_seconds: float = Field(600.0, gt=0)
    "How long the download of a version may take."
    model_max_mb: int = Field(2_000, ge=1)
    "A larger version is refused."
    scorer_threads: int = Field(2, ge=1)
    "Cores for the graph of the model; a call of it uses one."
    max_text_chars: int = Field(4_000, ge=1)
    "A longer text is refused (API) or goes to the dead letters (stream)."

    state_dir: Path = Path(".badbuzz")
    "Where the local stack keeps its state."
    brands_file: Path | None = None
    "JSON file of brands: handles, names and aliases, looked for in each tweet."
    brands_most: int = Field(1_000, ge=1)
    "Brands that people may add by `badbuzz brands`, the API or the page."
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    "The least severe log line that is printed."
    log_format: Literal["text", "json"] = "text"
    "Log lines for people, or one JSON object a line for programs that collect logs."

    def topic(self, name: str) -> str:
        """The full name of a topic: prefix and name."""
        return self.topic_prefix + name

    @cached_property
    def kafka_client(self) -> dict[str, Any]:
        """The connection arguments of every aiokafka client.

        Raises:
            SettingsError: SASL is on without a user name or a password.
        """
        arguments: dict[str, Any] = {
            "bootstrap_servers": self.kafka_brokers,
            "security_protocol": self.kafka_security_protocol,
        }
        if self.kafka_security_protocol.endswith("SSL"):
            arguments["ssl_context"] = self._ssl_context()
        if self.kafka_security_protocol.startswith("SASL"):
            if not self.kafka_sasl_username or self.kafka_sasl_password is None:
                raise SettingsError(
                    f"BADBUZZ_KAFKA_SECURITY_PROTOCOL={self.kafka_security_protocol} needs "
                    "BADBUZZ_KAFKA_SASL_USERNAME and BADBUZZ_KAFKA_SASL_PASSWORD; set both."
                )
            arguments["sasl_mechanism"] = self.kafka_sasl_mechanism
            arguments["sasl_plain_username"] = self.kafka_sasl_username
            arguments["sasl_plain_password"] = self.kafka_sasl_password.get_secret_value()
        return arguments

    def _ssl_context(self) -> SSLContext:
        try:
            context = create_default_context(cafile=self.kafka_ssl_cafile)
            if self.kafka_ssl_certfile:
                context.load_cert_chain(self.kafka_ssl_certfile, self.kafka_ssl_keyfile)
        except OSError as error:
            raise SettingsError(
                f"BADBUZZ_KAFKA_SSL_CAFILE={self.kafka_ssl_cafile}, "
                f"BADBUZZ_KAFKA_SSL_CERTFILE={self.kafka_ssl_certfile}: {error}. "
                "Name PEM files that this user can read."
            ) from error
        return context


def load_settings(kind: type[T]) -> T:
    """Build settings of `kind`, with one readable line for each value that does not fit.

    Raises:
        SettingsError: names every variable at fault, or the file; values of secrets are not shown.
    """
    try:
        return kind()
    except ValidationError as error:
        faults = "; ".join(
            f"{_variable(kind, fault['loc'])}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise SettingsError(f"settings from the environment or .env do not fit: {faults}") from None
    except UnparsedError as error:
        field = re.search(r'field "(\w+)"', str(error))
        variable = _variable(kind, (field[1],) if field else ())
        raise SettingsError(
            f"settings from the environment or .env do not fit: {variable}: expected JSON, a list "
            'as ["a", "b"], got something else; put the quotes in, too.'
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{kind.model_config.get('env_file')}: expected UTF-8 text, got: {error.reason}; "
            "save the file as UTF-8."
        ) from None


def _variable(kind: type[BaseSettings], location: tuple[int | str, ...]) -> str:
    name = str(location[0]) if location else "?"
    return name if name.isupper() else f"{kind.model_config.get('env_prefix', '')}{name}".upper()
