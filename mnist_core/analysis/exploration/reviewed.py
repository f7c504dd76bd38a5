"""Labels that people have looked at again.

Source: C. Northcutt, A. Athalye and J. Mueller, "Pervasive label errors in test sets destabilize machine learning
benchmarks" (NeurIPS 2021, arXiv:2103.14749), whose authors publish the votes at github.com/cleanlab/label-errors. A
model had proposed 100 images of MNIST's test set; five people each chose between the label, another digit, and neither.
Fashion-MNIST was not part of it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReviewedLabel:
    """A test image whose label most of five people did not confirm.

    Attributes
    ----------
    index : int
        In the test set.
    label, proposed : int
        The dataset's class, and the one that a model proposed instead.
    votes_label, votes_proposed, votes_neither : int
        How many of the five chose which.
    """

    index: int
    label: int
    proposed: int
    votes_label: int
    votes_proposed: int
    votes_neither: int


REVIEWED: dict[str, tuple[ReviewedLabel, ...]] = {
    "mnist": (
        ReviewedLabel(947, 8, 9, 0, 5, 0),
        ReviewedLabel(1621, 0, 6, 2, 3, 0),
        ReviewedLabel(1901, 9, 4, 2, 3, 0),
        ReviewedLabel(2130, 4, 9, 2, 2, 1),
        ReviewedLabel(2462, 2, 0, 0, 4, 1),
        ReviewedLabel(2597, 5, 3, 0, 4, 1),
        ReviewedLabel(2654, 6, 1, 0, 2, 3),
        ReviewedLabel(3520, 6, 4, 2, 0, 3),
        ReviewedLabel(3558, 5, 0, 1, 4, 0),
        ReviewedLabel(5937, 5, 3, 1, 3, 1),
        ReviewedLabel(6651, 0, 6, 0, 5, 0),
        ReviewedLabel(6783, 1, 6, 2, 3, 0),
        ReviewedLabel(8527, 4, 9, 2, 2, 1),
        ReviewedLabel(9679, 6, 3, 2, 0, 3),
        ReviewedLabel(9729, 5, 6, 2, 3, 0),
    )
}
"""By dataset; those whose label fewer than three of five people chose."""
