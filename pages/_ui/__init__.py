"""What pages share: the form, components, session state, translation."""
