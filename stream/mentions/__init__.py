"""The agent on `brand.mentions`: state of brands, alerts, and their metrics."""
