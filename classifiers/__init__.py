"""Says what a page is, how sure it is, and when it declines."""

from classifiers.headings import HeadingClassifier

__all__ = ["HeadingClassifier"]
