# graphkit and the graph that ships, for people with Docker, as a user who is not root:
#   docker build -t graphkit .
#   docker run --rm graphkit depends KOR --on CHN
# The explorer, on this machine only:
#   docker run --rm --network host graphkit explore --no-browser
FROM python:3.14-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /graphkit \
    && /graphkit/bin/pip install --no-cache-dir '.[explore,fast,fetch,mcp,plot,prompt]' \
    && find /graphkit -name __pycache__ -prune -exec rm -r {} +

FROM python:3.14-slim
COPY --from=build /graphkit /graphkit
RUN useradd --create-home --uid 1000 graphkit
USER graphkit
WORKDIR /home/graphkit
# The database is built here, so that a container answers at once.
RUN /graphkit/bin/graphkit depends KOR --on CHN
ENTRYPOINT ["/graphkit/bin/graphkit"]
