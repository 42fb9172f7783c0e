"""What a browser says of itself, as a person would call it."""

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
             ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip
"""Sign in the User-Agent header → name; several claim to be others, so the first found counts."""


def agent_in_words(agent: str) -> str:
    """Name browser and system, as far as they are known; else what it said, cut short."""
    found = [next((name for sign, name in names if sign in agent), None) for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or agent[:40]
