# One image for every process of the service; the command says which one. Pinned by digest, installed by hash.
FROM python:3.11.16-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7 AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN ["python", "-m", "venv", "/opt/followthrough"]
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN ["/opt/followthrough/bin/pip", "install", "--require-hashes", "--only-binary", ":all:", "-r", "requirements.lock"]
# What builds the wheel is locked, too, and stays behind in this stage.
RUN ["python", "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "-r", "requirements-build.lock"]
COPY pyproject.toml README.md ./
COPY webhooks webhooks
COPY mappings mappings
COPY integration integration
RUN ["python", "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "/wheel", "."]
RUN ["/opt/followthrough/bin/pip", "install", "--no-deps", "--no-index", "--find-links", "/wheel", "followthrough"]

FROM python:3.11.16-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/opt/followthrough/bin:$PATH \
    FOLLOWTHROUGH_DATA_DIR=/data HOME=/tmp
COPY --from=build /opt/followthrough /opt/followthrough
# Nobody special: no name, no home, no shell of its own.
USER 10001:10001
# Beside the installed packages there must be no second copy of them.
WORKDIR /tmp
HEALTHCHECK --interval=15s --timeout=10s --start-period=20s CMD ["followthrough", "healthcheck", "receiver"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["followthrough"]
CMD ["serve"]
