"""Results that pages ask for again and again, kept by Streamlit for all visitors.

It knows how to compute them and how many to keep. It shows nothing.
"""
