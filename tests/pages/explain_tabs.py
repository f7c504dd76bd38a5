"""The tabs of the page Explain, of which only the open one is made."""

from streamlit.testing.v1 import AppTest


def open_tab(app: AppTest, name: str) -> AppTest:
    """Open a tab, as a click does."""
    app.session_state["explain_tab"] = name
    return app.run()
