"""Figures as pure functions of results: no store, no clock, no Keras.

Each figure has an ``..._alt`` sentence for screen readers; colours come from `theme`. A QR code (`qr_code`) is one too:
an address in, SVG out. Import from the modules: plotly takes half a second to import, which a page without figures
shall not pay for.
"""
