"""The route through which a page says that it is still there, whatever tab it shows."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo.endpoint import asking
from demo.server.studio import Studio

ADDRESS = "/studio/presence"


def routes(studio: Studio) -> list[Route]:
    """Return the route: POST ?page=, "open", "hidden" (in the background) or "closed"."""

    def present(request: Request) -> JSONResponse:
        who, page = asking(request.headers), request.query_params.get("page")
        if page == "closed":
            studio.access.closed(who)
            return JSONResponse({})
        return JSONResponse({"holds": studio.access.present(who, page == "hidden")})

    return [Route(ADDRESS, present, methods=["POST"])]
