"""Settings of the local stack: ports, room on the disk and time bounds."""

from pydantic import Field, SecretStr

from sentiment.settings import Settings


class StackSettings(Settings):
    """What `badbuzz stack` needs beside the settings that all parts share."""

    kafka_port: int = Field(9092, validation_alias="KAFKA_PORT", ge=1, le=65_535)
    "The port of 127.0.0.1 on which the local Kafka listens."
    mlflow_port: int = Field(5000, validation_alias="MLFLOW_PORT", ge=1, le=65_535)
    "The port of 127.0.0.1 on which the local MLflow listens."
    prometheus_port: int = Field(9090, validation_alias="PROMETHEUS_PORT", ge=1, le=65_535)
    "The port of 127.0.0.1 on which the local Prometheus listens."
    web_port: int = Field(6066, ge=1, le=65_535)
    "The port of the stream worker's web view, metrics and health."
    api_port: int = Field(8000, ge=1, le=65_535)
    "The port of the API and the live page."
    metrics_key: SecretStr | None = None
    "The key of the role `metrics` among `BADBUZZ_API_KEYS`: Prometheus asks the API with it."
    webhook_url: SecretStr | None = None
    "Alerts are sent there: the stack then runs `badbuzz notify`, which needs more settings."
    apprise_urls: SecretStr | None = None
    "Addresses of services for Apprise: likewise."
    smtp_host: str | None = None
    "The mail server that takes alerts: likewise."
    demo: bool = True
    "Play the demonstration as long as no brands are configured."
    min_free_mb: int = Field(1_024, ge=0)
    "Room that the disk of the state folder must have before the stack starts, in MiB."
    data_seconds: float = Field(60.0, ge=0)
    "How long the stack waits for the download of Sentiment140 before it continues without it."

    @property
    def own_kafka(self) -> bool:
        """Whether the stack starts a Kafka: KAFKA_BROKERS names none."""
        return "kafka_brokers" not in self.model_fields_set or not self.kafka_brokers

    @property
    def own_mlflow(self) -> bool:
        """Whether the stack starts an MLflow: MLFLOW_TRACKING_URI names none."""
        return "mlflow_tracking_uri" not in self.model_fields_set or not self.mlflow_tracking_uri
