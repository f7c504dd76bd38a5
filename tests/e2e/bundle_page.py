"""A page with nothing but the way out and back of a run: served by `test_bundle.py`."""

import streamlit as st

from mnist_core.store import shared_store
from pages._ui.bundle_view import bundle_part, import_view

# Alone, this page has no others to link to.
st.page_link = lambda _page, *, label, **_: st.markdown(label)
bundle_part(shared_store().get(st.query_params["run"]))
import_view()
