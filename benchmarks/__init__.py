"""What is measured, each as a command; the results stand in README.md."""
