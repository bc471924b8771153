"""Sources of data: labelled tweets and their split, people's feedback, made texts, large files."""
