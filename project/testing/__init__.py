"""What tests need that is not the product: throw-away servers."""
