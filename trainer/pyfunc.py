"""The model as MLflow loads it: MLflow runs this file (models from code), nothing is pickled."""

from pathlib import Path
from typing import Any

from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

ARTEFACT = "artefact"


class SentimentModel(PythonModel):
    """Texts in, probabilities of being negative out."""

    def load_context(self, context: Any) -> None:
        """Open the artefact that travels with the model, and the code with it."""
        from sentiment.scorer import Scorer  # noqa: PLC0415 - on the path only from here on

        self._scorer = Scorer(Path(context.artifacts[ARTEFACT]))

    def predict(self, context: Any, model_input: list[str]) -> list[float]:
        """p_negative of each text."""
        p_negative: list[float] = self._scorer.score(model_input).tolist()
        return p_negative


set_model(SentimentModel())
