"""The events of `/events`, as the contract describes them; pages are sent what `live.hub` makes."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from api.alerts.views import AlertView
from api.schemas import ModelInfo
from sentiment.messages import Label, Probability

_PLACE = "#/components/schemas/{model}"


class LiveTweet(BaseModel):
    """A scored tweet of the sample."""

    model_config = ConfigDict(protected_namespaces=())

    id: str
    text: str
    author: str | None
    brands: list[str] = Field(description="that it is about")
    label: Label
    p_negative: Probability | None
    p_neutral: Probability | None
    p_positive: Probability | None
    model_version: str
    at: int = Field(description="when the result came, in milliseconds since 1970")
    partition: int = Field(description="of `tweets`")
    offset: int = Field(description="in that partition")


class LiveState(BaseModel):
    """How things stand with the service."""

    rate: float = Field(description="tweets a second")
    following: bool = Field(description="whether the topics are being read")
    view: Literal["current", "unknown"] = Field(
        description="`unknown`: no alert does not mean that all is calm"
    )
    behind: int | None = Field(description="how old what is known is, in seconds")
    reasons: list[str] = Field(description="why it is unknown, a word each")
    late: int = Field(description="mentions that came too late to be counted")
    demo: bool = Field(description="whether a demonstration plays")
    model: ModelInfo | None


Series = dict[str, list[list[int | list[int]]]]
_SERIES = (
    "by brand, empty for all tweets: rows of minute since 1970, negative, scored and unsupported "
    "tweets, and pairs of a bin of p_negative and the number of texts in it, end to end"
)


class LiveSnapshot(LiveState):
    """The event `snapshot`: all that is kept."""

    tweets: list[LiveTweet]
    series: Series = Field(description=_SERIES)
    alerts: list[AlertView] = Field(description="the last state of each, the last changed first")


class LiveNews(BaseModel):
    """The event `news`: what changed; a field that is absent did not."""

    tweets: list[LiveTweet] | None = Field(None, description="a sample of the new ones")
    seen: int | None = Field(None, description="new tweets, of which `tweets` is a sample")
    series: Series | None = Field(None, description=_SERIES + "; these rows replace others")
    alerts: list[AlertView] | None = None
    rate: float | None = None
    following: bool | None = None
    view: Literal["current", "unknown"] | None = None
    behind: int | None = None
    reasons: list[str] | None = None
    late: int | None = None
    demo: bool | None = None
    model: ModelInfo | None = None


def tell_events(document: dict[str, Any]) -> None:
    """Put the events' contents into the API's document, beside the stream that carries them."""
    models = [(model, "serialization") for model in (LiveSnapshot, LiveNews)]
    _, made = models_json_schema(models, ref_template=_PLACE)  # type: ignore[arg-type]
    schemas = document["components"]["schemas"]
    for name, schema in made["$defs"].items():
        schemas.setdefault(name, schema)
    stream = document["paths"]["/events"]["get"]["responses"]["200"]
    stream["description"] = "Lines of `event: NAME` and `data: JSON`"
    stream["content"]["text/event-stream"] = {
        "schema": {"type": "string"},
        "x-events": {
            "snapshot": {"$ref": _PLACE.format(model="LiveSnapshot")},
            "news": {"$ref": _PLACE.format(model="LiveNews")},
            "pulse": {"type": "object", "maxProperties": 0},
        },
    }
