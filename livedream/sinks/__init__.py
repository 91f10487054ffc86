"""Where finished frames go: one device library per file, imported only when it is used."""
