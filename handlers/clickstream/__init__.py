"""Takes clicks from browsers and lays them down in a data lake, by the hour in which they happened."""
