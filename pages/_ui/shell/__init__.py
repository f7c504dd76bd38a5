"""What every page stands in: errors, words, the visitor, the server, waiting."""
