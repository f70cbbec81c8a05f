"""What a name in the code stands for: where it is declared, and what is known of it."""
