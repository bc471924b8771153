"""What all parts of badbuzz share: contracts, text cleaning, the Scorer, the registry, settings."""
