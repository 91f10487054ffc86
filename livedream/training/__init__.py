"""How the embedded network was made: the recipe that teaches it to dream like MobileNet v1."""
