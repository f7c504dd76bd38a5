"""A trained network as a function from images to probabilities, without Keras.

It reads the exported graph of a run. It knows neither how networks are trained nor where images come from.
"""

from mnist_core.inference.predicting import Classifier, classifier, open_session, run_session, session_of, sureness

__all__ = ["Classifier", "classifier", "open_session", "run_session", "session_of", "sureness"]
