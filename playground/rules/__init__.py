"""What is wrong with a document: problems and their fixes."""
