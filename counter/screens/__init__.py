"""One module for each screen: its addresses, what it asks of the house, which page it fills."""
