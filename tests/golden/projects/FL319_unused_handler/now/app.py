"""The handlers of the example."""

from flowc import Handlers

handlers = Handlers()


@handlers.register
def fetch_page(): ...


@handlers.register("save_page")
def save(page): ...


@handlers.register
async def send_mail(text): ...
