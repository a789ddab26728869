"""The operator's report of re-identification risk: text, JSON and a page. Numbers of persons only, never a value."""

from pipeline.reporting.privacy.store import PrivacyFiles, write_assessment

__all__ = ["PrivacyFiles", "write_assessment"]
