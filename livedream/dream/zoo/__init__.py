"""The published networks on paper: what they are made of, known without loading torch."""
