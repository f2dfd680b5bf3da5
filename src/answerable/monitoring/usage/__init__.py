"""What was used and what it cost, by app, variant, model, collection, key, user, day or purpose."""
