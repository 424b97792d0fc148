"""The customer's own pages; each fetches through the person who is logged in."""
