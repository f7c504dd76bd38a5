"""Studies at work: groups of ordinary runs that answer a question together."""
