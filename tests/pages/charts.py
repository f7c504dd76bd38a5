"""The charts of a page as AppTest sees them: components whose figures are JSON."""

import json
from collections.abc import Sequence
from typing import Any

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest


def charts_of(app: AppTest) -> list[dict[str, Any]]:
    """Return what each chart shows and says, in the order of the page."""
    parts = [one.proto for one in app.get("bidi_component") if one.proto.component_name.endswith("live_plot")]
    return [json.loads(part.bytes) for part in parts]


def component_of(app: AppTest, name: str) -> dict[str, Any]:
    """Return what the first component of a name is given."""
    return components_of(app, name)[0]


def components_of(app: AppTest, name: str) -> list[dict[str, Any]]:
    """Return what each component of a name is given."""
    parts = [one.proto for one in app.get("bidi_component") if one.proto.component_name.endswith(name)]
    return [json.loads(part.json) for part in parts]


def network_of(app: AppTest) -> list[dict[str, Any]]:
    """Return what is told of each block of the network's picture, the image first."""
    return picture_of(app)["blocks"]


def picture_of(app: AppTest) -> dict[str, Any]:
    """Return what the component of the network's picture is given."""
    return component_of(app, "network_picture")


def click(app: AppTest, key: str, customdata: Sequence[int]) -> AppTest:
    """Click on a point of the chart of a key, which has these ``customdata``."""
    return _happened(app, key, "clicked", list(customdata))


def choose_unit(app: AppTest, key: str, chosen: Any) -> AppTest:
    """Choose a unit in the picture of a network: place of its block, and its number."""
    return _happened(app, key, "chosen", chosen)


def ask_for_code(app: AppTest, key: str) -> AppTest:
    """Ask for the QR code of a key."""
    return _happened(app, key, "wanted", True)


def _happened(app: AppTest, key: str, event: str, value: Any) -> AppTest:
    part = next(one for one in app.get("bidi_component") if one.key == key)
    states = app._tree.get_widget_states()
    told = json.dumps([{"event": event, "value": value}])
    states.widgets.append(WidgetState(id=_make_trigger_id(part.proto.id, "events"), json_trigger_value=told))
    return app._run(states)
