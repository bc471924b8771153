"""The pages, in the reader's language: `languages` knows the texts, `html` fills them in."""
