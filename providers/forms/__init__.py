"""What the business types into its pages, a module for each part."""
