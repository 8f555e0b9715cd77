# One image for every command: `docker run -p 8000:8000 -v goldgap:/data --env-file goldgap.env goldgap`,
# where goldgap.env sets GOLDGAP_SECRET_KEY, GOLDGAP_ALLOWED_HOSTS, GOLDGAP_BASE_URL and GOLDGAP_MAIL_URL.
FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/goldgap
RUN python -m venv --without-pip .venv
COPY requirements.lock ./
RUN pip --python .venv/bin/python install --no-cache-dir --require-hashes --requirement requirements.lock
COPY . .
RUN pip --python .venv/bin/python install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q app migrations

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home goldgap
COPY --from=build /srv/goldgap /srv/goldgap
ENV GOLDGAP_ENVIRONMENT=production GOLDGAP_DATA_DIR=/data PATH=/srv/goldgap/.venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /srv/goldgap
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; host = os.environ['GOLDGAP_ALLOWED_HOSTS'].split(',')[0].strip(); \
         u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': host}), timeout=2)"]
CMD ["sh", "-c", "goldgap init && exec goldgap serve --host 0.0.0.0 --port 8000"]
