"""Links: guessed, replayed, revived, or used for more than their owner may give"""

from tests.attacks.attack import BUCKET, Attack, Event, event, subject, user
from tests.attacks.links import ID_OF_FILE, S3, Token, look, post, script
from tests.attacks.sources import rule

GUESSING = "https://cwe.mitre.org/data/definitions/307.html"
INJECTION = "https://cwe.mitre.org/data/definitions/79.html"
SPLITTING = "https://cwe.mitre.org/data/definitions/113.html"
REDIRECT = "https://cwe.mitre.org/data/definitions/601.html"
REPLAY = "https://cwe.mitre.org/data/definitions/294.html"
OVER, NOW, NONE, ASKS = "410 page", "403 page", "404 page", "400 page"
PAGE = "200 page"
SAVED = "?response-content-disposition=attachment; filename=\"{0}\"; filename*=UTF-8''{0}"

AS_A_SCRIPT = {"multiValueHeaders": {"Content-Type": ["application/json"]}}


def share(by: object = None, **members: object) -> Event:
    """Asks for a share."""
    body = {"target": f"{S3}/shared/a.csv", "kind": "download", "expiresIn": 600} | members
    return event("web-identity-shares-create" if isinstance(by, str) else "shares-create", body, by)  # type: ignore[arg-type]


def of(name: str, id_: str, by: object = None) -> Event:
    """Reads a share, or ends it."""
    return event(name, None, by) | {"pathParameters": {"id": id_}}  # type: ignore[arg-type]


def put(token: str, name: str = "a.txt", size: object = 3, more: str = "") -> Event:
    return script(token, f'{{"do":"put","name":"{name}","size":{size}{more}}}')


BOB = user("Bob", "AIDA2EXAMPLEEXAMPLE2")
ATTACKS = [
    # Guessing and replaying
    Attack("a token that there is not", look("y" * 32), NONE, GUESSING),
    Attack("a use of a token that there is not", post("y" * 32), NONE, GUESSING),
    Attack("a token in capitals", look(Token.FILE.upper()), NONE, GUESSING),
    Attack("a link's token with a line feed", look(Token.FILE + "\n"), NONE, rule(4)),
    Attack("a token and more", look(Token.FILE + "a"), NONE, GUESSING),
    Attack("a part of a token", post(Token.FILE[:31]), NONE, GUESSING),
    Attack("the id of a share for a token", look(ID_OF_FILE), NONE, GUESSING),
    Attack("the hash's own key for a token", look("link#" + Token.FILE), NONE, rule(4)),
    Attack("a path for a token", look("../admin/shares"), NONE, rule(4)),
    Attack("a star for a token", look("*"), NONE, rule(3)),
    Attack("a use of the page after a form", post("done"), NONE, GUESSING),
    Attack("a use more than promised", post(Token.USED), OVER, REPLAY),
    Attack("a page after the last use", look(Token.USED), OVER, REPLAY),
    Attack("a link that has expired", post(Token.EXPIRED), OVER, REPLAY),
    Attack("a link that was taken back", post(Token.GONE), OVER, REPLAY),
    # Whom it acts for
    Attack("a link of somebody who is blocked", post(Token.BLOCKED), NOW, rule(8)),
    Attack("a link of a user that was deleted and made again", post(Token.REMADE), OVER, rule(16)),
    Attack("a link of somebody who has left", post(Token.LEAVER), NOW, rule(8)),
    Attack("a link from before a revocation", post(Token.REVOKED), OVER, rule(12)),
    Attack("a link to what is not to be shared any more", post(Token.UNSHARED), NOW, rule(2)),
    Attack("a link that is wider than its grant", post(Token.NARROWED, "do=download&file=a.csv"), NOW, rule(2)),
    Attack("a list that is wider than its grant", post(Token.NARROWED, "do=list"), NOW, rule(2)),
    Attack("a link whose grant has another name now", post(Token.MOVED), NOW, rule(2)),
    Attack("a link from an address that the grant does not allow", post(Token.OFFICE), NOW, rule(8)),
    Attack("the same with a header that names another address", post(Token.OFFICE, **{"X-Forwarded-For": "203.0.113.9"}), NOW, rule(8)),
    Attack("the same by a script", script(Token.OFFICE, '{"do":"put","name":"a","size":1}'), "400 InvalidRequest", rule(8), looked_up=True),
    # Out of the folder
    Attack("a file beside a folder", post(Token.FOLDER, "do=download&file=..%2Fa.csv"), ASKS, rule(4), looked_up=True),
    Attack("a file by a dot", post(Token.FOLDER, "do=download&file=.%2F..%2Fa.csv"), ASKS, rule(4), looked_up=True),
    Attack("a file by its whole address", post(Token.FOLDER, "do=download&file=s3%3A%2F%2Fbobs%2Fa"), "303", rule(4), (f"GET {BUCKET}/shared/folder/s3%3A//bobs/a" + SAVED.format("a"),)),
    Attack("a file with a line feed", post(Token.FOLDER, "do=download&file=a%0Ab"), ASKS, SPLITTING, looked_up=True),
    Attack("a file with a NUL", post(Token.FOLDER, "do=download&file=a%00"), ASKS, SPLITTING, looked_up=True),
    Attack("a file that is not UTF-8", post(Token.FOLDER, "do=download&file=%ff"), ASKS, rule(4)),
    Attack("a folder for a file", post(Token.FOLDER, "do=download"), ASKS, rule(13), looked_up=True),
    Attack("a file of a link to one file", post(Token.FILE, "do=download&file=b.csv"), ASKS, rule(2), looked_up=True),
    Attack("a list of a link to one file", post(Token.FILE, "do=list"), ASKS, rule(2), looked_up=True),
    Attack("a list that starts at no name", post(Token.FOLDER, "do=list&after=%21"), ASKS, rule(13), looked_up=True),
    Attack("a list that starts beyond any key", post(Token.FOLDER, "do=list&after=" + "eHh4" * 341), ASKS, rule(4), looked_up=True),
    Attack("a file of an upload link", post(Token.INBOX, "do=download&file=a"), ASKS, rule(2), looked_up=True),
    Attack("a list of an upload link", post(Token.INBOX, "do=list"), ASKS, rule(2), looked_up=True),
    Attack("an upload to a download link", put(Token.FOLDER), "400 InvalidRequest", rule(2), looked_up=True),
    Attack("a form of a download link", post(Token.FILE, "do=form&name=a"), ASKS, rule(2), looked_up=True),
    # Uploads
    Attack("an upload to a folder above", put(Token.INBOX, "../a.csv"), "400 InvalidRequest /name", rule(4)),
    Attack("an upload by a backslash", put(Token.INBOX, "..\\\\a.csv"), "400 InvalidRequest /name", rule(4), looked_up=True),
    Attack("an upload with a key of one's own", put(Token.INBOX, more=',"key":"shared/a.csv"'), "400 InvalidRequest /key", rule(13)),
    Attack("an upload that is larger than what is left", put(Token.INBOX, size=1001), "413 TooLarge", rule(7), looked_up=True),
    Attack("an upload to a link that is full", put(Token.FULL, size=1), "413 TooLarge", rule(7), looked_up=True),
    Attack("a form of a link that is full", post(Token.FULL, "do=form&name=a"), "413 page", rule(7), looked_up=True),
    Attack("an upload of less than nothing", put(Token.INBOX, size=-1), "400 InvalidRequest /size", rule(13)),
    Attack("a form of less than nothing", post(Token.INBOX, "do=form&name=a&size=-1"), ASKS, rule(13)),
    Attack("an upload of a size in quotes", put(Token.INBOX, size='"3"'), "400 InvalidRequest /size", rule(13)),
    Attack("an upload whose type ends the header", put(Token.INBOX, more=',"type":"text/plain\\r\\nx: y"'), "400 InvalidRequest /type", SPLITTING),
    Attack("a form that leads elsewhere after it", post(Token.INBOX, "do=form&name=a&success_action_redirect=https://evil.example"), ASKS, REDIRECT),
    Attack("a form with a key of one's own", post(Token.INBOX, "do=form&name=a&key=shared/a.csv"), ASKS, rule(13)),
    Attack("more parts than an upload can have", script(Token.INBOX, '{"do":"parts","plan":"aaaaaaaaaaaaaaaa","from":9950,"to":10001}'), "400 InvalidRequest /to", rule(13)),
    Attack("parts of a plan that there is not", script(Token.INBOX, '{"do":"parts","plan":"aaaaaaaaaaaaaaaa","from":1,"to":1}'), "400 InvalidRequest /plan", rule(8), looked_up=True),
    Attack("to complete a caller's own upload by a link", script(Token.INBOX, '{"do":"complete","plan":"aaaaaaaaaaaaaaaa"}'), "400 InvalidRequest /plan", rule(8), looked_up=True),
    Attack("an upload link with an ACL", put(Token.INBOX, more=',"acl":"public-read"'), "400 InvalidRequest /acl", rule(5)),
    # Passwords and tickets
    Attack("a link with a password, without it", post(Token.LOCKED), NOW, GUESSING),
    Attack("the same with another link's ticket", post(Token.LOCKED, f"do=download&ticket={Token.OTHERS_TICKET}"), NOW, REPLAY),
    Attack("the same with an old ticket", post(Token.LOCKED, f"do=download&ticket={Token.OLD_TICKET}"), NOW, REPLAY),
    Attack("the same with the token for a ticket", post(Token.LOCKED, f"do=download&ticket={Token.LOCKED}"), NOW, REPLAY),
    Attack("the same with two tickets", post(Token.LOCKED, f"do=download&ticket={Token.TICKET}&ticket=a"), ASKS, rule(13)),
    Attack("a password by a script, where tries are not counted", script(Token.LOCKED, '{"do":"password","password":"x"}'), "400 InvalidRequest /do", GUESSING),
    Attack("a ticket that is a list", put(Token.LOCKED, more=f',"ticket":["{Token.TICKET}"]'), "400 InvalidRequest /ticket", rule(13)),
    Attack("a script without a ticket", put(Token.LOCKED), "403 AccessDenied", rule(10), looked_up=True),
    Attack("whether a link with a password takes files", post(Token.LOCKED, "do=form&name=a"), NOW, rule(10)),
    Attack("whether it leads to a folder", post(Token.LOCKED, "do=list"), NOW, rule(10)),
    Attack("whether it has a file", post(Token.LOCKED, "do=download&file=a"), NOW, rule(10)),
    Attack("parts of a link with a password", script(Token.LOCKED, '{"do":"parts","plan":"aaaaaaaaaaaaaaaa","from":1,"to":1}'), "403 AccessDenied", rule(10), looked_up=True),
    Attack("why a link with a password is over", look(Token.LOCKED_GONE), OVER, rule(10)),
    Attack("the same with a password", post(Token.LOCKED_GONE, "do=password&password=x"), OVER, rule(10)),
    # What is sent
    Attack("a form with an unknown field", post(Token.FILE, "do=download&to=https://evil.example"), ASKS, REDIRECT),
    Attack("a form that names where to go", post(Token.FILE, "do=download&redirect=//evil.example"), ASKS, REDIRECT),
    Attack("a form with a field twice", post(Token.FILE, "do=download&do=list"), ASKS, rule(13)),
    Attack("a form that asks for something else", post(Token.FILE, "do=delete"), ASKS, rule(13)),
    Attack("a form without anything", post(Token.FILE, ""), ASKS, rule(13)),
    Attack("a form with ten thousand fields", post(Token.FILE, "&".join(f"a{one}=1" for one in range(10_000))), "413 page", rule(13)),
    Attack("a form as plain text, from a page of others", post(Token.FILE, "do=download", **{"Content-Type": "text/plain"}), ASKS, rule(13)),
    Attack("a file as a form", post(Token.FILE, "do=download", **{"Content-Type": "multipart/form-data; boundary=a"}), ASKS, rule(13)),
    Attack("a script with a member twice", script(Token.INBOX, '{"do":"put","do":"abort","name":"a","size":1}'), "400 InvalidRequest /do /plan /name /size", rule(13)),
    # Making them
    Attack("a share of what was granted without sharing", share(target=f"{S3}/reports/a.csv"), "403 AccessDenied /target", rule(2)),
    Attack("a share of somebody else's keys", share(by=BOB), "403 AccessDenied /target", rule(8)),
    Attack("a share of more than was granted", share(target=f"{S3}/*"), "403 AccessDenied /target", rule(2)),
    Attack("a share of a sibling prefix", share(target=f"{S3}/sharedx/a"), "403 AccessDenied /target", rule(4)),
    Attack("a share for a year", share(expiresIn="365d"), "400 InvalidRequest /expiresIn", rule(6)),
    Attack("a share for longer than the grant allows", share(expiresIn="8d"), "400 DurationNotAllowed /expiresIn", rule(6), looked_up=True),
    Attack("a share by somebody who is blocked", share(by=user("Blocked")), "403 Blocked", rule(8)),
    Attack("a share of a grant that is blocked", share(target=f"{S3}/closed/a"), "403 AccessDenied /target", rule(2)),
    Attack("a share with a token of one's own", share(token=Token.NOBODYS), "400 InvalidRequest /token", rule(13)),
    Attack("a share for another owner", share(owner={"arn": "x"}), "400 InvalidRequest /owner", rule(8)),
    Attack("a label that turns text around", share(label="a\u202egpj.exe"), "400 InvalidRequest /label", INJECTION),
    Attack("a sender of two lines", share(**{"from": "Ann\nSubject: x"}), "400 InvalidRequest /from", SPLITTING),
    Attack("a file name that ends the header", share(fileName='a"; filename="b.exe'), "400 InvalidRequest /fileName", SPLITTING),
    Attack("a file name with a folder", share(fileName="../a"), "400 InvalidRequest /fileName", rule(4)),
    Attack("an upload link to one key, which it could overwrite", share(kind="upload"), "400 InvalidRequest /target", rule(2)),
    Attack("a share by a subject without a grant", share(by=subject("alice")), "403 AccessDenied /target", rule(8)),
    # Of others
    Attack("somebody else's share", of("share", ID_OF_FILE, BOB), "404 NotFound", rule(8)),
    Attack("to end somebody else's share", of("share-end", ID_OF_FILE, BOB), "404 NotFound", rule(8)),
    Attack("somebody else's share at the door for tokens", of("web-identity-share", ID_OF_FILE), "404 NotFound", rule(8)),
    Attack("to end it there", of("web-identity-share-end", ID_OF_FILE), "404 NotFound", rule(8)),
    Attack("a share of a user that was deleted and made again", of("share", ID_OF_FILE, user(unique_id="AIDA2EXAMPLEEXAMPLE0")), "404 NotFound", rule(16)),
    Attack("a share by its token", of("share", Token.FILE), "404 NotFound", rule(10)),
    Attack("a share whose id is a path", of("share-end", f"../{ID_OF_FILE}"), "404 NotFound", rule(8)),
    # What is there to be had
    Attack("a page", look(Token.FILE), PAGE, rule(10)),
    Attack("a page whose link has a query of a mailer", look(Token.FILE) | {"multiValueQueryStringParameters": {"utm_source": ["mail"]}}, PAGE, rule(13)),
    Attack("a page before the password", look(Token.LOCKED), PAGE, rule(10)),
    Attack("a page as if for a script", look(Token.FILE) | AS_A_SCRIPT, PAGE, rule(12)),
    Attack("the page after a form, as if for a script", look("done") | AS_A_SCRIPT, PAGE, rule(12)),
    Attack("one's file", post(Token.FILE), "303", rule(2), (f"GET {BUCKET}/shared/a.csv" + SAVED.format("a.csv"),)),
    Attack("a file of one's folder", post(Token.FOLDER, "do=download&file=b.csv"), "303", rule(2), (f"GET {BUCKET}/shared/folder/b.csv" + SAVED.format("b.csv"),)),
    Attack("one's file with its ticket", post(Token.LOCKED, f"do=download&ticket={Token.TICKET}"), "303", rule(2), (f"GET {BUCKET}/shared/a.csv" + SAVED.format("a.csv"),)),
]  # fmt: skip
