"""What a finding's evidence says that its problem does not."""

from beastmode_tools.guard.finding import Finding

__all__ = ["evidence_news"]


def evidence_news(finding: Finding) -> str:
    """The evidence without the words of the problem; "" where nothing is left that a reader would want."""
    detail = finding.evidence.detail.strip()
    problem = finding.problem.strip()
    said = next((text for text in (problem, problem.rstrip(".")) if text and detail.startswith(text)), "")
    rest = detail[len(said) :].lstrip(" .:,;") if said else detail
    return rest or ("by running it" if finding.evidence.kind == "proved" else "")
