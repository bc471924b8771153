"""The model as MLflow loads it: MLflow runs this file (models from code), nothing is pickled."""

from pathlib import Path
from typing import Any

from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

ARTEFACT = "artefact"


class SentimentModel(PythonModel):
    """Texts in, calibrated probabilities out."""

    def load_context(self, context: Any) -> None:
        """Open the artefact that travels with the model, and the code with it."""
        from sentiment.scorer import Scorer  # noqa: PLC0415 - on the path only from here on

        self._scorer = Scorer(Path(context.artifacts[ARTEFACT]))

    # No hint says what it returns, numbers or objects; MLflow warns of `Any`.
    def predict(self, context: Any, model_input: list[str]):  # type: ignore[no-untyped-def]
        """p_negative of each text; of a version of three classes, the three by their names."""
        scores = self._scorer.score(model_input)
        if not scores.three:
            return scores.p_negative.tolist()
        names = ("p_negative", "p_neutral", "p_positive")
        return [dict(zip(names, row, strict=True)) for row in scores.probabilities.tolist()]


set_model(SentimentModel())
