"""Pieces of the page Train: the form in the sidebar, the network, the run.

Fields write into the session's draft (`pages._ui.shell.session`), because Streamlit forgets widgets on a page switch.
"""
