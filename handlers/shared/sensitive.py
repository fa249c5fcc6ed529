"""What is personal or secret: by the name of a field, and by how a text looks.

Every pattern takes time in proportion to the text, whatever the text: a run of letters is entered at its beginning only, repeats are
possessive (they give nothing back) or bounded, and what has a beginning and no end is taken to the end of the text.
"""

import re
from itertools import pairwise

MASK = "***"

PERSONAL_WORDS = frozenset({
    "address", "birth", "birthday", "birthdate", "card", "cvc", "cvv", "dob", "email", "fax", "firstname", "fullname", "iban", "income", "lastname",
    "mail", "mobile", "pan", "passport", "phone", "postcode", "salary", "ssn", "street", "surname", "telephone", "zip",
})  # fmt: skip
SECRET_WORDS = frozenset({
    "accesskey", "accountkey", "apikey", "authkey", "authorization", "connectionstring", "cookie", "credential", "encryptionkey", "jwt", "masterkey",
    "otp", "passcode", "passphrase", "passwd", "password", "pin", "privatekey", "pwd", "secret", "secretkey", "sig", "signature", "signingkey",
    "subscriptionkey", "token",
})  # fmt: skip
"""Of one word or two: `api_key`, `apiKey` and `X-Api-Key` are `apikey`. Their plurals count as well."""
PEOPLE = frozenset({"applicant", "contact", "customer", "family", "first", "full", "given", "guest", "last", "maiden", "person", "recipient", "user"})
"""Words that make a name a person's: `customer_name`, but not `function_name`. `name` alone is one."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# A name and what is assigned to it, in JSON, in a form, in a header, in a repr, in XML; also in JSON inside of JSON.
_ASSIGNED = re.compile(r"""(?<![\w.-])([\w.-]++)(\\{0,8}["'])?\s{0,4}(=>|[:=>])\s{0,4}""")
_QUOTED = re.compile(r"""(\\{0,8}["'])((?:(?!\1)(?:\\.|.))*+)""", re.DOTALL)
_REST_OF_LINE = re.compile(r"""[^\n"']*+""")
_BARE = re.compile(r"""(?:(?i:bearer|basic|digest|token)\s{1,4})?[^\s"'<>&;]*+""")
_WHOLE_LINE = frozenset({"authorization", "cookie"})
"""Whose values have blanks in them."""
_NO_VALUE = frozenset({"", "null", "None", "true", "false", "True", "False"})

_CREDENTIAL = re.compile(
    "|".join([
        r"(?<![A-Za-z0-9])(?:" + "|".join([
            r"eyJ[\w-]{8,}+(?:\.[\w-]*+)*+",  # JSON Web Tokens: base64 of {"
            r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",  # AWS: keys
            r"(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[\w+/=-]*+",  # AWS: session tokens
            r"gh[pousr]_\w{20,}+|github_pat_\w{20,}+|glpat-[\w-]{16,}+",
            r"xox[a-z]-[\w-]{8,}+|xapp-[\w-]{8,}+|hooks\.slack\.com/services/[\w/]++",
            r"[spr]k_(?:live|test)_\w{8,}+|whsec_\w{8,}+|shp\w{2}_\w{16,}+",
            r"AIza[\w-]{30,}+|ya29\.[\w-]{8,}+|sk-[\w-]{20,}+|hvs\.[\w-]{16,}+",
            r"(?:npm|hf|dop_v1|pypi)[_-]\w{24,}+|SG\.[\w-]{8,}+\.[\w-]{8,}+",
        ]) + ")",
        r"\$(?:2[abxy]|argon2[a-z]{1,2}|scrypt|[156y])\$[^\s\"']{8,}+",  # hashed passwords
        r"(?i:\b(?:bearer|basic|negotiate)\s{1,8}[\w.~+/=-]{8,}+|\b(?:digest|aws4-hmac-sha256)\s{1,8}\w{1,20}=[^\n]*+)",
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?:(?!-----END).)*+",
        r"(?<=://)[^\s/?#@]++@",  # user information of an address
        r"(?<=://)[^\s/?#@:]{1,64}:[^\s@\"'<>]{1,128}@",  # a password that should have been escaped there
    ]),
    re.DOTALL,
)  # fmt: skip
_OPAQUE = re.compile(r"(?<![\w+/=-])[\w+/=-]{40,}+")
_HEX = re.compile(r"[0-9a-fA-F-]+")
AWS_SECRET_CHARACTERS = 40
OPAQUE_CHARACTERS = 128
"""As long, with letters of both cases and digits, nothing is but a credential: tokens of sessions, of tasks, of refresh."""

_INPUT = re.compile(r"input_value=(?:(?!, input_type=).)*+", re.DOTALL)  # pydantic quotes what it refuses
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)++")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\w-])[2-6]\d(?:[ -]?\d){10,16}\d(?![\w-])")
_PHONE = re.compile(r"(?<![\w.+-])(?:\+\d[\d ()/.-]{6,18}\d|\(?0\d{2,4}\)?[ /-]\d{3,4}[ -]?\d{3,5}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])")


def is_sensitive(name: str) -> bool:
    """Whether a field of this name holds something personal or secret."""
    words = _words(name)
    return _is_personal(words) or _is_secret(words)


def masked(text: str) -> str:
    """The text without what looks personal or secret in it. Time is in proportion to its length; callers cut it before."""
    text = _INPUT.sub(f"input_value={MASK}", text)
    if "=" in text or ":" in text or ">" in text:
        text = _without_assigned(text)
    text = _CREDENTIAL.sub(lambda found: MASK + "@" * found[0].endswith("@"), text)
    text = _OPAQUE.sub(lambda found: MASK if _is_opaque(found[0]) else found[0], text)
    text = _EMAIL.sub(MASK, text)
    text = _IBAN.sub(lambda found: MASK if _is_iban(found[0]) else found[0], text)
    text = _CARD.sub(lambda found: MASK if _is_card(found[0]) else found[0], text)
    return _PHONE.sub(MASK, text)


def _without_assigned(text: str) -> str:
    """Masks what is assigned to sensitive names. After a colon without quotes, as in `email: Field required`, only what is assigned
    to secrets: refusals begin with the name of a field."""
    kept, at = [], 0
    while found := _ASSIGNED.search(text, at):
        kept.append(text[at : found.end()])
        at = found.end()
        words = _words(found[1])
        secret = _is_secret(words)
        if secret or _is_personal(words):
            value, end = _value(text, at, not _WHOLE_LINE.isdisjoint(words))
            quoted = found[2] or text[at : at + 1] in ('"', "'", "\\")
            if value not in _NO_VALUE and (secret or quoted or found[3] == "="):
                kept.append(MASK)
                at = end
    return "".join([*kept, text[at:]])


def _value(text: str, at: int, to_end_of_line: bool) -> tuple[str, int]:
    """What is assigned at a place, without its quotes, and where it ends; its closing quote goes with it."""
    if text[at : at + 1] in ("{", "["):
        end = _end_of_structure(text, at)
        return text[at:end], end
    if quoted := _QUOTED.match(text, at):
        return quoted[2], min(quoted.end() + len(quoted[1]), len(text))
    bare = (_REST_OF_LINE if to_end_of_line else _BARE).match(text, at)
    assert bare
    return bare[0], bare.end()


def _end_of_structure(text: str, at: int) -> int:
    """Behind the bracket that closes the one at a place, or the end of the text."""
    depth = 0
    for place in range(at, len(text)):
        if text[place] in "{[":
            depth += 1
        elif text[place] in "}]":
            depth -= 1
            if not depth:
                return place + 1
    return len(text)


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _is_personal(words: list[str]) -> bool:
    if words == ["name"] or (len(words) > 1 and words[-1] == "name" and words[-2] in PEOPLE):
        return True
    return not PERSONAL_WORDS.isdisjoint(_forms(words))


def _is_secret(words: list[str]) -> bool:
    return not SECRET_WORDS.isdisjoint(_forms(words))


def _forms(words: list[str]) -> set[str]:
    """Each word and each pair of words, also without the end of its plural."""
    every = [*words, *(first + second for first, second in pairwise(words))]
    return {*every, *(word.removesuffix("s") for word in every), *(word.removesuffix("es") for word in every)}


def _is_opaque(text: str) -> bool:
    """Whether it is a credential by its looks alone: as long as a secret key of AWS, or very long, and drawn by chance."""
    if len(text) != AWS_SECRET_CHARACTERS and len(text) < OPAQUE_CHARACTERS:
        return False
    kinds = (any(map(str.isupper, text)), any(map(str.islower, text)), any(map(str.isdigit, text)))
    return all(kinds) and not _HEX.fullmatch(text)


def _is_card(text: str) -> bool:
    """Whether its last digit is the one that all others lead to (ISO/IEC 7812): an id of as many digits mostly fails."""
    digits = [int(letter) for letter in reversed(text) if letter.isdigit()]
    return (sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def _is_iban(text: str) -> bool:
    """Whether its check digits are right (ISO 13616)."""
    letters = text.replace(" ", "")
    return int("".join(str(int(letter, 36)) for letter in letters[4:] + letters[:4])) % 97 == 1
