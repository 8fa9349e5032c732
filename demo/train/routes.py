"""The route through which a page says that it is still there, whatever tab it shows."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo.endpoint import asking
from demo.server.studio import Studio

ADDRESS = "/studio/presence"
LONGEST_NAME = 32  # of a page, in characters


def routes(studio: Studio) -> list[Route]:
    """Return the route: POST ?page=&id=

    `page`: "open", "hidden" (in the background) or "closed". `id`: the page's name for itself, so
    that closing one does not count as leaving while the visitor has others.
    """

    def present(request: Request) -> JSONResponse:
        who, asked = asking(request.headers), request.query_params
        page, name = asked.get("page"), asked.get("id", "")[:LONGEST_NAME]
        if page == "closed":
            studio.access.closed(who, name)
            return JSONResponse({})
        return JSONResponse({"holds": studio.access.present(who, name, page == "hidden")})

    return [Route(ADDRESS, present, methods=["POST"])]
