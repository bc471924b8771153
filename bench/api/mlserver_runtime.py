"""What MLServer runs: the same artefact through the same Scorer. Imported by MLServer alone."""

from pathlib import Path

from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse

from sentiment.scorer import Scorer


class Sentiment(MLModel):
    """One input of texts, one output of p_negative."""

    async def load(self) -> bool:
        """Open the artefact that the settings name."""
        self.scorer = Scorer(Path(self.settings.parameters.uri))
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Score the texts of a request."""
        scores = self.scorer.score(StringCodec.decode_input(payload.inputs[0])).p_negative
        output = NumpyCodec.encode_output("p_negative", scores)
        return InferenceResponse(model_name=self.name, outputs=[output])
