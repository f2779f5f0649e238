"""What each route of shares does, takes and answers, in the words of ``docs/reference.md``."""

from collections.abc import Iterable

PAGE = "query: `limit`, `nextToken`"
SHARE = (
    *("id", "kind", "target", "grant", "state", "createdAt", "expiresAt", "until", "password"),
    *("uses", "left?", "maxUses?", "bytes?", "maxSize?", "contentTypes?", "from?", "label?"),
    "fileName?",
    "takenBackAt?",
)
OWN = {
    "POST /{door}/shares": (
        "makes a [link](shares.md) that lets others download or upload; only this answer has it",
        "ShareRequest",
        (*SHARE, "url", "vendId"),
    ),
    "GET /{door}/shares": (
        "lists the caller's shares, newest first, until 30 days after their end",
        PAGE,
        ("shares", "nextToken?"),
    ),
    "GET /{door}/shares/{id}": ("returns one share of the caller", "", SHARE),
    "DELETE /{door}/shares/{id}": (
        "takes a share back, for good",
        "",
        (*SHARE[:-1], "takenBackAt", "vendId"),
    ),
}
ROUTES: dict[str, tuple[str, str, Iterable[str]]] = {
    **{
        route.replace("{door}", door): words
        for door in ("iam", "web-identity")
        for route, words in OWN.items()
    },
    "GET /admin/shares": (
        "lists everybody's shares, newest first; with `target` those that open some of its keys",
        "query: `limit`, `nextToken`, `target`",
        ("shares", "nextToken?"),
    ),
    "GET /admin/shares/{id}": ("returns one share", "", (*SHARE, "owner")),
    "DELETE /admin/shares/{id}": (
        "takes any share back",
        "",
        (*SHARE[:-1], "takenBackAt", "owner", "vendId"),
    ),
    "GET /s/{token}": ("shows the page of a [link](shares.md); nothing is used up", "", ()),
    "POST /s/{token}": (
        "gives what a page asks for: a redirect to S3, a form, or JSON for its script",
        "form: `do`, `ticket`, `password`, `file`, `after`, `name`, `size`, `type`; or JSON",
        (),
    ),
}
