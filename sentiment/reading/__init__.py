"""What others send, read as they mean it: languages, JSON, Twitter's own formats, files."""
