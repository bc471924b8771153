"""Dead letters in the hands of a person: found, read, sent again or dropped."""
