"""Settings of the API: `BADBUZZ_API_` prefixes each name of its own."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from sentiment.settings import Settings


class ApiSettings(Settings):
    """What the API needs to know besides the shared settings."""

    model_config = SettingsConfigDict(
        env_prefix="BADBUZZ_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    api_host: str = "127.0.0.1"
    "The address to listen at; one beyond loopback needs `BADBUZZ_API_KEYS`."
    api_port: int = Field(8000, ge=0, le=65_535)
    "The TCP port to listen at."
    api_keys: SecretStr = SecretStr("")
    "Who may call: `NAME:ROLE+ROLE:KEY`, separated by spaces; empty: everyone on this machine."
    api_rate_limit: str = "500/second"
    "Requests that one key may make, as `NUMBER/second`, `/minute` or `/hour`."
    api_login_limit: str = "10/minute"
    "Wrong keys that one address may try; then no key of its is looked at, until the time is over."
    api_proxies: list[str] = Field(default_factory=list)
    "Addresses or networks of proxies whose `X-Forwarded-For` is believed, as a JSON list."
    api_cors_origins: list[str] = Field(default_factory=list)
    "Web origins whose scripts may call the API, as a JSON list; empty: none."
    api_secure_cookie: bool = False
    "Mark the page's cookie `Secure`; set it when the API stands behind TLS."
    api_session_hours: float = Field(12.0, gt=0)
    "How long a login of the page lasts."

    api_max_body_bytes: int = Field(131_072, ge=1_024)
    "A larger request body is refused, except of `/predict/batch`."
    api_max_batch_body_bytes: int = Field(8_388_608, ge=1_024)
    "A larger body of `/predict/batch` is refused."
    api_max_header_bytes: int = Field(32_768, ge=1_024)
    "A request with a larger request line and headers is refused."
    api_header_seconds: float = Field(10.0, gt=0)
    "How long a client may take to send a request's headers; then the connection is cut."
    api_body_seconds: float = Field(30.0, gt=0)
    "How long a client may take to send a request's body; then the connection is cut."
    api_reader_seconds: float = Field(30.0, gt=0)
    "How long a client may read nothing of an answer that waits; then the connection is cut."
    api_connections: int = Field(500, ge=10)
    "Connections open at the same time; a further one takes the place of one that is not in use."
    api_queue_size: int = Field(2_048, ge=1)
    "Single predictions that may wait for the Scorer; further ones get a 503."
    api_batch_size: int = Field(256, ge=1)
    "Single predictions that the Scorer takes at once."
    api_explain_pieces: int = Field(128, ge=2)
    "Pieces that `/explain` divides a text into at most; each costs one score."

    api_feedback_timeout_seconds: float = Field(5.0, gt=0)
    "How long `/feedback` waits for Kafka's acknowledgement before it answers 503."
    api_feedback_queue_size: int = Field(1_000, ge=1)
    "Feedbacks that may wait for Kafka; further ones get a 503."
    api_feedback_keys: int = Field(100_000, ge=1)
    "Idempotency keys that are remembered, the newest."

    api_feedback_listed: int = Field(1_000, ge=1)
    "Feedback that `GET /feedback` can list, the newest; larger records than those of the live page"
    " are left out."

    api_live_interval_seconds: float = Field(0.5, gt=0)
    "How often the live page gets news."
    api_live_sample: int = Field(3, ge=1)
    "Tweets that the live page gets each time at most; of more it gets a sample."
    api_live_minutes: int = Field(60, ge=5)
    "Minutes of history on the live page."
    api_live_clients: int = Field(100, ge=1)
    "Live pages open at the same time."
    api_alerts: int = Field(5_000, ge=1)
    "Alerts that are kept, for `alert_days`; of more the oldest closed ones go first."
    api_kept_tweets: int = Field(100_000, ge=1)
    "Tweets about brands that are kept in a temporary file and can be searched, the newest."
    api_kept_minutes: int = Field(500_000, ge=1)
    "Minutes of brands that are kept for charts, the newest."
    api_kept_brands: int = Field(500, ge=1)
    "Brands of which tweets and minutes are kept; of more, those mentioned least go."
    api_live_mentions: int = Field(5_000, ge=1)
    "Tweets whose brands are kept, the newest: the live page shows them beside the tweet."
    api_live_record_bytes: int = Field(65_536, ge=1_024)
    "A larger record is not shown on the live page."
    api_blind_seconds: float = Field(60.0, gt=0)
    "What is behind by more than this is shown as unknown: tweets, mentions, news of the page."
    api_quiet_seconds: float = Field(900.0, gt=0)
    "If nothing was scored for so long, it is unknown whether all is calm."
    api_shutdown_seconds: float = Field(7.0, gt=0)
    "How long a stop waits for requests that were accepted; 2 s later the process ends anyway."
