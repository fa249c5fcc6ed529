"""Which member of an API shape is which property: the two are alike, apart from case and plural."""

from collections.abc import Iterable, Mapping

_CACHE: dict[tuple, dict[str, str]] = {}


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _forms(name: str) -> list[str]:
    plain = _plain(name)
    forms = [plain, f"{plain}s", plain.removesuffix("s")]
    if plain.endswith("ies"):
        forms.append(f"{plain[:-3]}y")
    if plain.endswith("y"):
        forms.append(f"{plain[:-1]}ies")
    if plain.endswith("es"):
        forms.append(plain[:-2])
    return forms


def match(members: Iterable[str], properties: Iterable[str], api: Mapping[str, str]) -> dict[str, str]:
    """Member -> property, for the members that have one; exact likeness goes before plurals.

    api: member -> property where they are not alike; "" for a member that only looks like a property.
    """
    members, properties = tuple(members), tuple(properties)
    key = (members, properties, tuple(api.items()))
    if key not in _CACHE:
        found = {member: api[member] for member in members if api.get(member) in properties}
        free = [name for name in properties if name not in found.values()]
        for depth in (1, None):
            by_form = {form: name for name in free for form in reversed(_forms(name)[:depth])}
            for member in members:
                name = by_form.get(_plain(member), "")
                if name and member not in found and api.get(member) != "" and name not in found.values():
                    found[member] = name
        _CACHE[key] = found
    return _CACHE[key]
