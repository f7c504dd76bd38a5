"""A run as a repository for the Hugging Face Hub: its model card and the files beside it. Nothing is sent anywhere."""
