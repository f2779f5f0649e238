"""Expectations: the tests of a document, judged before and after a change."""
