"""The route through which a page says that it is still there, whatever tab it shows."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo.endpoint import asking
from demo.server.studio import Studio

ADDRESS = "/studio/presence"


def routes(studio: Studio) -> list[Route]:
    """Return the route: POST ?hidden=1 if the page is in the background; see `Access.present`."""

    def present(request: Request) -> JSONResponse:
        hidden = request.query_params.get("hidden") == "1"
        return JSONResponse({"holds": studio.access.present(asking(request.headers), hidden)})

    return [Route(ADDRESS, present, methods=["POST"])]
