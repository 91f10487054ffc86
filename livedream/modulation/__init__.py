"""What moves settings: waves, the beat, macros, and the rows that say which source moves what."""
