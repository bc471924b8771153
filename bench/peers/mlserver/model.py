"""The model that MLServer serves over its Kafka input, with its adaptive batching."""

from mlserver import MLModel
from mlserver.codecs import StringCodec
from mlserver.types import InferenceRequest, InferenceResponse

from bench.peers.contract import Item, make_work
from bench.peers.job import from_environment


class Sentiment(MLModel):
    """Tweets as JSON strings in, scored tweets as JSON strings out."""

    async def load(self) -> bool:
        """Open the Scorer."""
        self._work = make_work(from_environment())
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Score the tweets that MLServer put together; it does not say where they came from."""
        texts = StringCodec.decode_input(payload.inputs[0])
        scored = self._work([Item(text.encode(), 0, -1) for text in texts])
        output = StringCodec.encode_output("scored", [value.decode() for value in scored])
        return InferenceResponse(model_name=self.name, outputs=[output])
