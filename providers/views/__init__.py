"""The pages of the people who run a business or work for it."""
