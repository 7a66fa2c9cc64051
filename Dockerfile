# One image for the API, the worker and the one-off commands: `vaultra serve`, `vaultra worker`, `vaultra migrate`, …

FROM node:24-slim AS dashboard
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci
COPY frontend/ ./
RUN npm run build

# Python 3.11 is the version that the tests run on.
FROM python:3.11-slim AS wheel
WORKDIR /build
COPY requirements-build.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY src/ src/
COPY --from=dashboard /build/dist/ src/vaultra_http/site/
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheel .

FROM python:3.11-slim AS packages
COPY requirements.lock ./
RUN python -m venv /opt/vaultra \
    && /opt/vaultra/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement requirements.lock
COPY --from=wheel /wheel/ /wheel/
RUN /opt/vaultra/bin/pip install --no-cache-dir --no-index --no-deps /wheel/*.whl \
    && /opt/vaultra/bin/pip uninstall --yes pip

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home vaultra
COPY --from=packages /opt/vaultra /opt/vaultra
ENV PATH=/opt/vaultra/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER vaultra
WORKDIR /home/vaultra
EXPOSE 8000
# Of the API; a worker answers no HTTP, see compose.yaml.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=2)"]
ENTRYPOINT ["vaultra"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
