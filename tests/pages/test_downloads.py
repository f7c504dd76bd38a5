"""Tables as files."""

import numpy as np
import pytest

from pages._ui.parts.downloads import as_csv


@pytest.mark.parametrize("name", ['=HYPERLINK("http://evil.example")', "+1+1", "-1+1", "@SUM(1)", "\t=1"])
def test_a_name_that_somebody_typed_is_no_formula(name):
    text = as_csv({"run": [name], "accuracy": [-0.5]})
    cell = text.splitlines()[1].rsplit(",", 1)[0]
    assert cell.strip('"').startswith("'")
    assert text.endswith(",-0.5\n")


def test_numbers_and_usual_names_stay_as_they_are():
    table = {
        "run": ["A network", None],
        "share": np.array([0.3, -0.1], np.float32),
        "n": [1, 2],
        "text": ["-140", "+3"],
    }
    assert as_csv(table) == "run,share,n,text\nA network,0.3,1,-140\n,-0.1,2,+3\n"
