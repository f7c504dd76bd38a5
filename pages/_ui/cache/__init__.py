"""Results that pages ask for again and again, kept by Streamlit."""
