"""What a clinician reviews: exercises, messages and body constants as TOML and CSV files."""
