"""What a new user sees: `make first-run` starts everything and waits for the demonstration's alert.

`measure` starts the stack in a fresh folder, times its first alert in a real browser, weighs its
memory and disk, and takes the README's picture.
"""
