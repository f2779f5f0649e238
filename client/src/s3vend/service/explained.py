"""Reads an explanation of the service: what works on the targets, and why the rest does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from s3vend.hints import hint
from s3vend.problem import Problem

CREDENTIALS, URLS = ("s3vend exec", "s3vend credentials"), ("s3vend cp", "s3vend url")


@dataclass(frozen=True, slots=True)
class Explained:
    """What works: credentials, and presigned URLs for each part of the permission."""

    credentials: bool
    works: tuple[str, ...]  # READ or WRITE, for which URLs would be signed
    refused: tuple[str, ...]  # READ or WRITE, for which they would not
    sentence: str  # both in words, and why
    advice: str  # what to do, if nothing works

    @property
    def everything(self) -> bool:
        """Whether both credentials and URLs would be vended."""
        return self.credentials and not self.refused

    @property
    def something(self) -> bool:
        """Whether credentials or URLs would be vended for the whole permission."""
        return self.credentials or (bool(self.works) and not self.refused)


def explained(answer: Mapping[str, Any]) -> Explained:
    """Return what an answer to `explanations` says; one of an older service is silent on URLs."""
    parts = answer.get("presignedUrls", [])
    granted = [part for part in parts if part["decision"] == "granted"]
    refused = [part for part in parts if part["decision"] != "granted"]
    credentials = answer["decision"] == "granted"
    code = "" if credentials else str(answer.get("code") or "AccessDenied")
    advice = "" if credentials or granted else hint("", Problem(403, code, "", None, ()))
    return Explained(
        credentials,
        _permissions(granted),
        _permissions(refused),
        _sentence(answer, granted, refused, credentials=credentials),
        advice,
    )


def _sentence(
    answer: Mapping[str, Any],
    granted: Sequence[Mapping[str, Any]],
    refused: Sequence[Mapping[str, Any]],
    *,
    credentials: bool,
) -> str:
    works = [*(CREDENTIALS if credentials else ()), *(URLS if granted else ())]
    reasons = dict.fromkeys(str(part["reason"]) for part in refused)
    if not works:
        reasons = dict.fromkeys([str(answer["reason"]), *reasons])
        return f"Nothing works here: {' '.join(reasons)}"
    permissions = f" for {_permissions(granted)[0]}" if refused and granted else ""
    sentence = f"{_listed(works)} work here{'' if credentials else permissions}"
    if not credentials:
        sentence += f"; credentials do not, since {_why_no_credentials(answer, granted)}"
    if reasons:
        which = " ".join(_permissions(refused))
        sentence += f"; URLs for {which} do not: {' '.join(reasons)}"
    return sentence.rstrip(".") + "."


def _why_no_credentials(answer: Mapping[str, Any], granted: Sequence[Mapping[str, Any]]) -> str:
    limits = answer.get("limits", {})
    longest, shortest = limits.get("maxDurationSeconds"), limits.get("minDurationSeconds")
    if answer.get("code") == "PresignOnly":
        if longest is not None and shortest is not None and longest < shortest:
            return f"the grant's maxDuration is {_minutes(longest)}"
        names = ("maxObjectSize", "contentTypes")
        limited = [name for name in names if any(name in part for part in granted)]
        if limited:
            return (
                f"the grant limits uploads ({_listed(limited)}), which credentials cannot enforce"
            )
    reason = str(answer["reason"])
    return reason[:1].lower() + reason[1:].rstrip(".")


def _permissions(parts: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(part["permission"]) for part in parts))  # one for each grant


def _minutes(seconds: int) -> str:
    return f"{seconds}s" if seconds % 60 else f"{seconds // 60}m"


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
