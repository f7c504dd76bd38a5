"""Training: from a claimed run to its result. Keras is imported inside functions only."""
