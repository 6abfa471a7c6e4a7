"""Reading pages: from the web, from a file URL, or from a path, so that the examples also run offline."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

TIMEOUT = 10.0  # seconds
MAX_BYTES = 2 * 1024 * 1024
WEB = ("http", "https")
# Listed by hand: urllib's usual opener would follow ftp: and file: too.
_HANDLERS = (
    ProxyHandler,
    HTTPHandler,
    HTTPSHandler,
    HTTPRedirectHandler,
    HTTPErrorProcessor,
    HTTPDefaultErrorHandler,
)

_INVISIBLE = {"script", "style", "template", "noscript", "title"}
_BLOCKS = {"p", "div", "section", "article", "header", "footer", "nav", "main", "br", "hr", "li", "ul", "ol"} | {
    "table", "tr", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """What came back for an address: an HTTP status, the readable text, and the addresses that it links to."""

    status: int
    title: str = ""
    text: str = ""
    links: list[str] = field(default_factory=list)


def fetch(url: str) -> Page:
    """The page at an http(s) or file URL, or at a path relative to the current folder.

    A missing page is a page with status 404; other HTTP errors are pages with their status too.

    Raises:
        OSError: nobody answers within ``TIMEOUT`` seconds, the name is unknown, the file cannot be read.
        ValueError: the address is of another kind.
    """
    scheme = urlsplit(url).scheme
    if scheme in WEB:
        return _fetch_from_web(url)
    if scheme in ("", "file"):
        return _read_file(url, Path(unquote(urlsplit(url).path)))
    raise ValueError(f"cannot fetch {url!r}: an http, https or file address, or a path, is needed")


def _fetch_from_web(url: str) -> Page:
    opener = OpenerDirector()
    for handler in _HANDLERS:
        opener.add_handler(handler())
    try:
        response = opener.open(Request(url, headers={"User-Agent": "flowc-example"}), timeout=TIMEOUT)
    except HTTPError as error:
        error.close()
        return Page(status=error.code)
    with response:
        charset = response.headers.get_content_charset() or "utf-8"
        return _parse(response.read(MAX_BYTES), charset, response.url, response.status)


def _read_file(url: str, path: Path) -> Page:
    try:
        with path.open("rb") as file:
            return _parse(file.read(MAX_BYTES), "utf-8", url, 200)
    except (FileNotFoundError, NotADirectoryError):
        return Page(status=404)


def _parse(data: bytes, charset: str, url: str, status: int) -> Page:
    try:
        text = data.decode(charset, errors="replace")
    except LookupError:
        text = data.decode("utf-8", errors="replace")
    reader = _Reader()
    reader.feed(text.replace("\0", ""))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.text).split("\n"))
    return Page(
        status=status,
        title=" ".join("".join(reader.title).split()),
        text="\n".join(line for line in lines if line),
        links=_links(reader.references, url),
    )


def _links(references: list[str], url: str) -> list[str]:
    """The addresses of other pages, each once, in the order of the page; a page from the web leads to the web only."""
    schemes = WEB if urlsplit(url).scheme in WEB else (*WEB, "file", "")
    addresses = (urldefrag(urljoin(url, reference.strip())).url for reference in references)
    return [a for a in dict.fromkeys(addresses) if a and a != url and urlsplit(a).scheme in schemes]


class _Reader(HTMLParser):
    """Collects the visible text, the title and the hrefs of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.title: list[str] = []
        self.references: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _INVISIBLE:
            self._inside.append(tag)
        if tag in _BLOCKS:
            self.text.append("\n")
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.references.append(href)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            self._inside.remove(tag)
        if tag in _BLOCKS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.text.append(data)
        elif self._inside[-1] == "title":
            self.title.append(data)
