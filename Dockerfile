# One image for every process of the service; the command says which one.
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY webhooks webhooks
COPY mappings mappings
COPY integration integration
RUN pip install --no-cache-dir --no-deps . \
    && useradd --system --uid 10001 followthrough \
    && install -d -m 0700 -o followthrough /data
USER followthrough
# Beside the installed packages there must be no second copy of them.
WORKDIR /data
ENV FOLLOWTHROUGH_DATA_DIR=/data
ENTRYPOINT ["followthrough"]
CMD ["--help"]
