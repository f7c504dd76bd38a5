"""How drawings are varied to learn from them."""

from mnist_core.config import AugmentationConfig

VARIED = AugmentationConfig(rotation=8, shear=6, scale=0.1, shift=1.5, thickness=0.3)
"""How far a varied drawing may be from the drawn one; handwriting differs more, but not its own writer's."""
