"""``vending.yaml``, and its entries back from the table."""
