"""The changes of a large document as texts: found part by part, and put into transactions."""
