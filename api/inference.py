"""Requests and answers of the Open Inference Protocol, version 2, as MLServer, KServe and Triton.

https://github.com/kserve/open-inference-protocol: a request is columns of texts, an answer columns
of labels and probabilities. The extension for binary tensors is not offered.
"""

from collections.abc import Sequence
from math import prod
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.schemas import MAX_BATCH, Text
from sentiment.scores import Answer

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Shape = Annotated[
    list[Annotated[int, Field(ge=1, le=MAX_BATCH)]], Field(min_length=1, max_length=2)
]
Parameters = dict[str, Any]
Strings = Annotated[list[Text], Field(min_length=1, max_length=MAX_BATCH)]
NestedStrings = Annotated[
    list[Annotated[list[Text], Field(min_length=1, max_length=1)]],
    Field(min_length=1, max_length=MAX_BATCH),
]

TEXT, LANG = "text", "lang"
_PROBABILITIES = ("p_negative", "p_neutral", "p_positive")


class _Tensor(BaseModel):
    # The protocol leaves room for extensions: what is unknown is left out.
    model_config = ConfigDict(extra="ignore", protected_namespaces=())


class RequestInput(_Tensor):
    """A column of texts or of their languages."""

    name: Literal["text", "lang"] = Field(examples=["text"])
    shape: Shape = Field(description="`[n]` or `[n, 1]`", examples=[[2]])
    datatype: Literal["BYTES"] = Field(examples=["BYTES"])
    parameters: Parameters | None = None
    data: Strings | NestedStrings = Field(
        description="n strings, flat or each in a list of its own",
        examples=[["worst flight ever", "Lovely crew, thanks!"]],
    )

    @property
    def column(self) -> list[str]:
        """The n strings."""
        return [text for row in self.data for text in ([row] if isinstance(row, str) else row)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        number = len(self.column)
        if prod(self.shape) != number or self.shape[1:] not in ([], [1]):
            raise ValueError(
                f"expected the shape [{number}] or [{number}, 1] for {number} strings, got "
                f"{self.shape}"
            )
        if self.name == LANG and any(len(lang) > 35 for lang in self.column):  # as `Language`
            raise ValueError("expected languages of at most 35 characters")
        return self


class RequestOutput(_Tensor):
    """A column that is asked for."""

    name: Name = Field(examples=["p_negative"])
    parameters: Parameters | None = None


class InferenceRequest(_Tensor):
    """Up to 1,000 texts to score."""

    id: str | None = Field(None, max_length=256, examples=["42"])
    parameters: Parameters | None = None
    inputs: list[RequestInput] = Field(
        min_length=1, max_length=2, description="`text`, and `lang` of each text on wish"
    )
    outputs: list[RequestOutput] | None = Field(
        None, max_length=8, description="columns that are asked for; null: all"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names: list[str] = [one.name for one in self.inputs]
        if names.count(TEXT) != 1 or names.count(LANG) > 1:
            raise ValueError(f"expected one input `text` and at most one `lang`, got {names}")
        if len({len(one.column) for one in self.inputs}) > 1:
            raise ValueError("expected as many languages as texts")
        return self

    @property
    def texts(self) -> list[str]:
        """The texts, n of them."""
        return next(one.column for one in self.inputs if one.name == TEXT)

    @property
    def langs(self) -> Sequence[str | None]:
        """What is said of the language of each, [n]."""
        given = [one.column for one in self.inputs if one.name == LANG]
        return given[0] if given else [None] * len(self.texts)


class OutputTensor(_Tensor):
    """A column of an answer."""

    name: str = Field(examples=["p_negative"])
    shape: list[int] = Field(examples=[[2]])
    datatype: Literal["BYTES", "FP64"] = Field(examples=["FP64"])
    data: list[str | float | None] = Field(
        description="null (NaN in numpy): the text is unsupported", examples=[[0.94, 0.02]]
    )


class InferenceAnswer(_Tensor):
    """What one model version says of each text."""

    model_name: str = Field(examples=["sentiment"])
    model_version: str = Field(examples=["3"])
    id: str | None = Field(None, description="the request's `id`", examples=["42"])
    outputs: list[OutputTensor]


class TensorKind(_Tensor):
    """A column, as the model's description names it; -1: any number."""

    name: str = Field(examples=["text"])
    datatype: Literal["BYTES", "FP64"] = Field(examples=["BYTES"])
    shape: list[int] = Field(examples=[[-1]])


class ServerMetadata(_Tensor):
    """The server."""

    name: str = Field(examples=["badbuzz"])
    version: str = Field(examples=["0.1.0"])
    extensions: list[str] = Field(examples=[[]])


class ModelMetadata(_Tensor):
    """The model, its inputs and its outputs."""

    name: str = Field(examples=["sentiment"])
    versions: list[str] = Field(description="the one that runs", examples=[["3"]])
    platform: str = Field(examples=["onnxruntime_onnx"])
    inputs: list[TensorKind]
    outputs: list[TensorKind]


class Live(_Tensor):
    """The server is alive."""

    live: Literal[True] = True


class Ready(_Tensor):
    """The model can be asked."""

    ready: Literal[True] = True


class Column(NamedTuple):
    """What one output holds."""

    name: str
    datatype: Literal["BYTES", "FP64"]


def columns(three: bool) -> list[Column]:
    """The outputs of a version of three classes, or of two."""
    names = _PROBABILITIES if three else _PROBABILITIES[:1]
    return [Column("label", "BYTES"), *(Column(name, "FP64") for name in names)]


def output(column: Column, answers: Sequence[Answer]) -> OutputTensor:
    """One column of all answers."""
    data = [getattr(answer, column.name) for answer in answers]
    return OutputTensor(name=column.name, shape=[len(data)], datatype=column.datatype, data=data)
