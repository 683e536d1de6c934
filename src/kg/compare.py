"""What an entry would change, told by things and properties rather than by statements."""
