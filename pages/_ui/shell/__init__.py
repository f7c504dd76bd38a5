"""What every page stands in: errors, words, the visitor and what they may see, the server, waiting.

It knows Streamlit and the gateway, and shows no run. `first_paint` puts `style.css` and the code of widgets into the
head of the page, so that nothing moves afterwards. `wire` passes on those messages of a page that our pages send.
`frame.js` runs the page again when the visitor takes another theme, and takes the focus on when its button is gone.
"""
