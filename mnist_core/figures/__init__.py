"""Figures as pure functions of results: no store, no clock, no Keras.

Import from the modules: plotly takes half a second to import, which a page without figures
shall not pay for.
"""
